# SPDX-License-Identifier: Apache-2.0
"""The introspection server and Synapse, each a process on loopback with a folder of its own."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

ROOT = Path(__file__).resolve().parents[2]
SERVE = ROOT / "examples" / "introspection-server" / "serve.py"
SYNAPSE_PYTHON = os.environ.get("MXAUTH_SYNAPSE_PYTHON", "")
FAKETIME = os.environ.get("MXAUTH_FAKETIME", "")
SECRET = "shared-between-the-two"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
METADATA = {
    name: f"https://auth.example.org/{name}"
    for name in (
        "authorization_endpoint",
        "token_endpoint",
        "registration_endpoint",
        "revocation_endpoint",
        "account_management_uri",
    )
} | {
    "issuer": "https://auth.example.org/",
    "introspection_endpoint": None,
    "jwks_uri": None,
    "grant_types_supported": ["authorization_code", "refresh_token"],
    "response_modes_supported": ["query", "fragment"],
    "code_challenge_methods_supported": ["S256"],
}

SYNAPSE = """
server_name: example.org
pid_file: {folder}/pid
report_stats: false
signing_key_path: {folder}/signing.key
media_store_path: {folder}/media
trusted_key_servers: []
suppress_key_server_warning: true
macaroon_secret_key: of no use here
form_secret: nor this
password_config: {{enabled: false}}
public_baseurl: {url}
listeners:
  - {{port: {port}, type: http, bind_addresses: [127.0.0.1], resources: [{{names: [client], compress: false}}]}}
database: {{name: sqlite3, args: {{database: "{folder}/homeserver.db"}}}}
matrix_authentication_service: {{enabled: true, endpoint: "{endpoint}", secret: "{secret}"}}
{more}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(holds, what, seconds=60):
    end = time.monotonic() + seconds
    while not (found := holds()):
        if time.monotonic() > end:
            raise AssertionError(f"in vain: {what}")
        time.sleep(0.05)
    return found


def request(url, method="GET", *, token=None, body=None, headers=()):
    """Status, JSON and headers. `body` is a dict for a form, JSON for a list of one, or bytes."""
    parts = urlsplit(url)
    headers = dict(headers)
    if isinstance(body, dict):
        body, headers = urlencode(body), FORM | headers
    elif isinstance(body, list):
        body = json.dumps(body[0])
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request(method, parts.path + ("?" + parts.query if parts.query else ""), body, headers)
        response = connection.getresponse()
        text = response.read()
        is_json = response.headers["Content-Type"] == "application/json"
        return response.status, json.loads(text) if is_json and text else None, response.headers
    finally:
        connection.close()


class Process:
    """A context; `log` is what it has written."""

    def __init__(self, name):
        self.folder = Path(tempfile.mkdtemp(prefix=f"mxauth-{name}-"))
        self._process = None

    def _start(self, command, environment=()):
        self._output = open(self.folder / "output", "wb")
        self._process = subprocess.Popen(
            command, stdout=self._output, stderr=subprocess.STDOUT, cwd=self.folder, env=os.environ | dict(environment)
        )

    @property
    def log(self):
        return (self.folder / "output").read_text(errors="replace")

    def running(self):
        if self._process.poll() is not None:
            raise AssertionError(f"it has ended: {self.log}")
        return True

    def stop(self):
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._output.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class IntrospectionServer(Process):
    """`issuers` are options of each issuer by its URL. It can be stopped and started again on the same port."""

    def __init__(self, issuers, synapse, **settings):
        super().__init__("introspection")
        self.url = f"http://127.0.0.1:{free_port()}/"
        (self.folder / "secret").write_text(SECRET + "\n")
        (self.folder / "settings.json").write_text(
            json.dumps(
                {
                    "options": {"server_name": "example.org", "allow_http": "loopback"},
                    "issuers": issuers,
                    "synapse": synapse,
                    "secret_file": str(self.folder / "secret"),
                    "listen": urlsplit(self.url).netloc,
                    "metadata": METADATA,
                }
                | settings
            )
        )

    def start(self):
        self._start([sys.executable, str(SERVE), str(self.folder / "settings.json")])
        until(lambda: self.running() and f"{self.url}\n" in self.log, "an introspection server")
        return self

    def post(self, path, form, **how):
        return request(self.url + path, "POST", body=form, **how)

    def introspect(self, token, secret=SECRET, **more):
        return self.post("oauth2/introspect", {"token": token} | more, token=secret)

    def revoke(self, token, **more):
        return self.post("oauth2/revoke", {"token": token} | more)


class Synapse(Process):
    """`pace` is how many times as fast as ours its clock is."""

    def __init__(self, more=""):
        super().__init__("synapse")
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}/"
        self._more = more

    def start(self, endpoint, pace=1):
        file = self.folder / "homeserver.yaml"
        file.write_text(
            SYNAPSE.format(
                folder=self.folder, url=self.url, port=self._port, endpoint=endpoint, secret=SECRET, more=self._more
            )
        )
        command = [SYNAPSE_PYTHON, "-m", "synapse.app.homeserver", "-c", str(file)]
        subprocess.run([*command, "--generate-keys"], check=True, capture_output=True, timeout=120)
        # Its client would go through a proxy, to this machine too.
        environment = {"NO_PROXY": "127.0.0.1", "PYTHONPATH": str(Path(__file__).parent / "modules")}
        if pace != 1:
            environment |= {"LD_PRELOAD": FAKETIME, "FAKETIME": f"+0 x{pace}"}
        self._start(command, environment)
        until(lambda: self.running() and self._answers(), "Synapse that listens", 120)
        return self

    def _answers(self):
        try:
            return request(self.url + "_matrix/client/versions")[0] == 200
        except OSError:
            return False

    def whoami(self, token):
        status, body, _ = request(self.url + "_matrix/client/v3/account/whoami", token=token)
        return status, body

    def admin(self, method, path, token, document=None):
        return request(
            self.url + "_synapse/admin/" + path, method, token=token, body=None if document is None else [document]
        )[:2]

    def as_mas(self, path, document=None):
        return request(
            self.url + "_synapse/mas/" + path,
            "GET" if document is None else "POST",
            token=SECRET,
            body=None if document is None else [document],
        )[:2]
