# SPDX-License-Identifier: Apache-2.0
"""Modules for Synapse that find out what its module interface tells of access tokens, and lets be done about them."""

import inspect
from pathlib import Path

from synapse.spam_checker_api import RegistrationBehaviour
from twisted.internet.defer import ensureDeferred
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

REGISTERS = "register_", "_callbacks"
# Refused beside MAS; and one that takes over the upkeep of the database.
LEFT_OUT = "register_password_auth_provider_callbacks", "register_background_update_controller_callbacks"
# The one that has to answer something, if users are to be made.
ANSWERS = {"check_registration_for_spam": RegistrationBehaviour.ALLOW}


class Everything:
    """Registers for every callback there is, and writes down which are called. POST /_probe has a token invalidated."""

    def __init__(self, config, api):
        self._file, registered = Path(config["file"]), []
        for name in dir(api):
            if name.startswith(REGISTERS[0]) and name.endswith(REGISTERS[1]) and name not in LEFT_OUT:
                register = getattr(api, name)
                callbacks = list(inspect.signature(register).parameters)
                registered += callbacks
                try:
                    register(**{callback: self._recorder(callback) for callback in callbacks})
                except TypeError:
                    register(*[self._recorder(callback) for callback in callbacks])
        self._write(f"registered {' '.join(registered)}")
        api.register_web_resource("/_probe", Invalidating(api))

    def _recorder(self, name):
        async def record(*_arguments, **_named):
            self._write(f"called {name}")
            return ANSWERS.get(name)

        return record

    def _write(self, line):
        with self._file.open("a") as file:
            file.write(line + "\n")


class Invalidating(Resource):
    isLeaf = True

    def __init__(self, api):
        super().__init__()
        self._api = api

    def render_POST(self, request):
        async def invalidate():
            try:
                await self._api.invalidate_access_token(request.content.read().decode())
                request.write(b'"done"')
            except Exception as error:  # whatever it is: the test compares it
                request.write(f'"{type(error).__name__}"'.encode())
            request.finish()

        request.setHeader(b"Content-Type", b"application/json")
        ensureDeferred(invalidate())
        return NOT_DONE_YET


class CheckingPasswords:
    def __init__(self, config, api):
        async def check(*_arguments):
            return None

        api.register_password_auth_provider_callbacks(auth_checkers={("m.login.token", ("token",)): check})
