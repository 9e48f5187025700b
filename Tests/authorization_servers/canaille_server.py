# SPDX-License-Identifier: Apache-2.0
"""canaille as it is installed from PyPI, with a database of one user and three clients."""
import json
import os
import subprocess
import sys
from pathlib import Path

from joserfc.jwk import RSAKey

from registrations import HOMESERVER, HOMESERVER_SECRET, REDIRECT, SCOPE, USERNAME
from servers import Server, free_port

PASSWORD = "correct horse"
# What its two pages of login ask for.
ANSWERS = {"login": USERNAME, "password": PASSWORD}

CONFIGURATION = """
SECRET_KEY = "of this test"
SERVER_NAME = "127.0.0.1:{port}"
PREFERRED_URL_SCHEME = "http"
[CANAILLE]
DATABASE = "sql"
FORCE_HTTPS = false
[CANAILLE_SQL]
DATABASE_URI = "sqlite:///{folder}/canaille.sqlite"
PASSWORD_SCHEMES = "plaintext"
[CANAILLE_OIDC]
REQUIRE_NONCE = false
ACTIVE_JWKS = [{{ {key} }}]
"""


def _client(identity, secret, **more):
    return {
        "id": "id-of-" + identity, "client_id": identity, "client_secret": secret, "client_name": identity,
        "client_uri": "http://127.0.0.1/",  # trusted by default: no page asks for consent
        "token_endpoint_auth_method": "client_secret_basic", **more}


def _models():
    """In the format of `canaille dump`. A client's audience is what its tokens get as aud."""
    user = {
        "id": "id-of-alice", "user_name": USERNAME, "password": PASSWORD, "given_name": "Alice",
        "family_name": "Liddell", "formatted_name": "Alice Liddell", "emails": ["alice@hs.test"]}
    homeserver = _client(HOMESERVER, HOMESERVER_SECRET)
    element = _client(
        "element", "element's secret", audience=[homeserver["id"]], redirect_uris=[REDIRECT], response_types=["code"],
        grant_types=["authorization_code", "refresh_token"], scope=SCOPE.split())
    bot = _client(
        "bot", "bot's secret", audience=[homeserver["id"]], grant_types=["client_credentials"], scope=SCOPE.split())
    return {"user": [user], "client": [homeserver, element, bot]}


def start(folder):
    port = free_port()
    key = RSAKey.generate_key(2048, {"kid": "canaille-1"}).as_dict(private=True)
    settings = Path(folder, "canaille.toml")
    settings.write_text(CONFIGURATION.format(
        port=port, folder=folder, key=", ".join(f'{name} = "{value}"' for name, value in key.items())))
    canaille = Path(sys.executable).with_name("canaille")
    environment = os.environ | {"CANAILLE_CONFIG": str(settings)}
    for command, text in (("install", None), ("restore", json.dumps(_models()))):
        done = subprocess.run([canaille, command], input=text, env=environment, text=True, capture_output=True)
        if done.returncode:
            raise RuntimeError(done.stderr)
    log = Path(folder, "canaille.log")
    return Server(f"http://127.0.0.1:{port}", log, canaille, "run", "--bind", f"127.0.0.1:{port}", env=environment)
