# SPDX-License-Identifier: Apache-2.0
"""What the guards for ASGI and WSGI have in common: whom they let through."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import quote_from_bytes

from ._core import Verdict
from ._errors import Error
from ._reply import Reply
from ._status import Status
from ._validator import Validator

# Matrix specification, "Web browser clients". Scripts read no other header of an answer unless it is exposed.
CORS = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, OPTIONS"),
    ("Access-Control-Allow-Headers", "X-Requested-With, Content-Type, Authorization"),
    ("Access-Control-Expose-Headers", "WWW-Authenticate"),
]

Own = Callable[[str], "Verdict | None"]
Application = TypeVar("Application")

# What stands for itself in a path, beside letters, digits and "-._~" (RFC 3986 section 3.3).
_UNENCODED = "/!$&'()*+,;=:@"
_PLAIN = re.compile(rb"[A-Za-z0-9._~/!$&'()*+,;=:@-]*")


class Request(NamedTuple):
    """One request, as a guard looks at it."""

    method: str
    sent: bytes | None  # The path as the client has sent it, if the server tells.
    readings: list[bytes]  # The path in every reading that the application may have of it.
    authorization: bytes | None
    query: bytes


def readings(sent: bytes | None, decoded: bytes) -> list[bytes]:
    """As it was sent, and as an application sees it that routes by the decoded path, to which "a%2Fb" is two segments.
    Whichever the application takes, it has been judged."""
    if sent in (None, decoded) and _PLAIN.fullmatch(decoded):
        return [decoded]
    encoded = quote_from_bytes(decoded, _UNENCODED).encode("ascii")
    return [encoded] if sent is None or sent == encoded else [sent, encoded]


class Refusal(Exception):
    """A request that goes no further, without an Error of the library."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.name)
        self.status = status


class BaseGuard(Generic[Application]):
    """What a guard demands of requests. `mxauth.asgi.Guard` describes the parameters."""

    def __init__(
        self,
        app: Application,
        validator: Validator,
        *,
        endpoints: bool = True,
        required: bool = True,
        scopes: str = "",
        query_token: bool = False,
        raw_path: bool = False,
        cors: bool = True,
        timeout: float = 10.0,
        own: Own | None = None,
    ) -> None:
        self._app = app
        self._validator = validator
        self._timeout = timeout
        self._endpoints = endpoints
        self._required = required
        self._scopes = scopes
        self._grants = [validator.scope_grants(scope) for scope in scopes.split()]
        if not all(self._grants):
            raise ValueError(f"scopes={scopes!r}: one of them grants nothing, so that no token could pass")
        self._query_token = query_token
        self._raw_path = raw_path
        self._cors = cors
        self._own = own

    def _token(self, request: Request) -> str | None:
        """The token that has to be judged; None if there is none, or it does not matter."""
        if request.method == "OPTIONS":
            return None
        if self._endpoints and not any(
            [self._validator.takes_token(request.method, path) for path in self._paths(request)]
        ):
            return None
        try:
            query = request.query if self._query_token else None
            return self._validator.bearer(request.authorization, query, any_characters=self._own is not None)
        except Error as error:
            if error.status == Status.TOKEN_MISSING:
                return None
            raise

    def _known(self, token: str | None) -> Verdict | None:
        """What the host knows of the token by itself."""
        return None if token is None or self._own is None else self._own(token)

    def _check(self, request: Request, verdict: Verdict | None) -> None:
        """Raises an Error or a Refusal unless the request may go on."""
        if request.method == "OPTIONS":  # It runs no endpoint, and browsers send it before they send a token.
            return
        if self._endpoints:
            for path in self._paths(request):
                self._validator.authorize(verdict, request.method, path)
        elif verdict is None and self._required:
            raise Refusal(Status.TOKEN_MISSING)
        if verdict is not None and not all(verdict.grants & needed == needed for needed in self._grants):
            raise Refusal(Status.SCOPE_INSUFFICIENT)

    def _paths(self, request: Request) -> list[bytes]:
        if not self._raw_path:
            return request.readings
        if request.sent is None:
            raise Refusal(Status.MISUSE)
        return [request.sent]

    def _reply(self, request: Request, reason: Error | Refusal, logger: logging.Logger) -> Reply:
        """What the client is told. The reason goes to the log, with nothing of the request that could hold a token."""
        scope = None
        if isinstance(reason, Refusal):
            scope = self._scopes or None
        elif reason.status == Status.SCOPE_INSUFFICIENT and self._endpoints:
            scope = self._validator.required_scope(request.method, self._paths(request)[-1])
        reply = self._validator.reply(reason.status, scope=scope)
        logger.log(logging.ERROR if reply.status >= 500 else logging.INFO, "refused: %s", reason)
        return reply

    def _headers(self, reply: Reply) -> list[tuple[str, str]]:
        length = [("Content-Length", str(len(reply.body)))]
        return list(reply.headers) + length + (CORS if self._cors else [])
