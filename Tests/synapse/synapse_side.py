# SPDX-License-Identifier: Apache-2.0
"""Synapse's own delegated authentication (synapse/api/auth/mas.py), asking over HTTP with Synapse's own client. Only
its database is replaced."""
import json
import logging
from importlib.metadata import version

from endpoint import SECRET
from homeserver import Outcome
from synapse.api.auth.mas import MasDelegatedAuth
from synapse.api.errors import SynapseError
from synapse.app.homeserver import SynapseHomeServer
from synapse.config.homeserver import HomeServerConfig
from synapse.util.json import json_encoder

VERSION = version("matrix-synapse")
# The only ones that are not in the database.
NOBODY, GONE = "nobody", "GONEGONEGONE"


class Store:
    def __init__(self, server):
        self._nobody = f"@{NOBODY}:{server}"

    async def get_user_by_id(self, user_id):
        return None if user_id == self._nobody else object()

    async def get_device(self, user_id, device_id):
        return None if device_id == GONE else {"user_id": user_id, "device_id": device_id}


class HomeServer(SynapseHomeServer):
    """Never set up, so that it opens no database and no port."""

    def get_datastores(self):
        return self

    def get_storage_controllers(self):
        return None

    @property
    def main(self):
        return Store(self.hostname)


def configuration(world, server):
    config = HomeServerConfig()
    config.parse_config_dict({
        "server_name": server, "report_stats": False, "trusted_key_servers": [], "macaroon_secret_key": "m",
        "signing_key": "ed25519 a_test " + "A" * 43, "password_config": {"enabled": False},
        "matrix_authentication_service": {"enabled": True, "endpoint": world.issuer.origin, "secret": SECRET}}, "", "")
    return config


class Synapse:
    def __init__(self, world, server, reactor):
        # It logs each introspection that fails, with a trace.
        logging.disable(logging.CRITICAL)
        self._config = configuration(world, server)
        self._auth = HomeServer(server, self._config, reactor).get_auth()
        assert type(self._auth) is MasDelegatedAuth

    async def judge(self, token):
        try:
            requester = await self._auth.get_user_by_access_token(token.decode())
        except SynapseError as error:
            body = json.loads(json_encoder.encode(error.error_dict(self._config)))
            return Outcome(error.code, body["errcode"], body.get("soft_logout", False))
        except Exception:
            # What return_json_error in synapse/http/server.py makes of it.
            return Outcome(500, "M_UNKNOWN")
        return Outcome(
            200, "", False, requester.user.to_string(), requester.device_id or "",
            await self._auth.is_server_admin(requester))
