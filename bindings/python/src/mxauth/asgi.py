# SPDX-License-Identifier: Apache-2.0
"""A guard before an ASGI application."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from . import Error, Reply, Verdict
from ._guard import BaseGuard, Refusal, Request, readings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_log = logging.getLogger("mxauth.asgi")


class Guard(BaseGuard[Application]):
    """Judges the token of each request before `app` sees it; `app` finds the verdict in `scope["mxauth.verdict"]`, None
    if the request came without a token or its endpoint looks at none.

    With `endpoints` the table of the Client-Server API says which requests need a token and whether its scopes are
    enough, and refuses what is no endpoint. Without, `required` says whether a token has to be there; one that is there
    has to be good. `scopes`, with spaces between them, are needed beside that, all of them, of every token.
    `query_token` takes a token from the parameter access_token as well. `raw_path` is for applications that route by
    `scope["raw_path"]`. `cors=False` leaves out the CORS headers of refusals, for an outer middleware to add. `timeout`
    is how many seconds a request may wait for an issuer. `own` is asked first about each token: it returns a Verdict.of
    on those that the host knows by itself, of guests and application services, which it compares in constant time.

    Requests with the method OPTIONS pass. A WebSocket is judged as the GET that it begins with. Lifespan events pass;
    what else a server may send is refused.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] not in ("http", "websocket"):
            raise NotImplementedError(f"a scope of type {scope['type']!r}, which nothing here judges")
        request = _request(scope)
        try:
            verdict = await self._judge(request)
        except (Error, Refusal) as reason:
            return await self._refuse(scope, receive, send, self._reply(request, reason, _log))
        await self._app({**scope, "mxauth.verdict": verdict}, receive, send)

    async def _judge(self, request: Request) -> Verdict | None:
        token = self._token(request)
        verdict = self._known(token)
        if token is not None and verdict is None:
            verdict = await self._validator.validate_async(token, timeout=self._timeout)
        self._check(request, verdict)
        return verdict

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, reply: Reply) -> None:
        kind = "http"
        if scope["type"] == "websocket":
            await receive()  # websocket.connect
            if "websocket.http.response" not in (scope.get("extensions") or {}):
                # Before it is accepted: the server answers 403.
                return await send({"type": "websocket.close", "code": 1008})
            kind = "websocket.http"
        headers = [(name.lower().encode("ascii"), value.encode("ascii")) for name, value in self._headers(reply)]
        await send({"type": f"{kind}.response.start", "status": reply.status, "headers": headers})
        body = b"" if scope.get("method") == "HEAD" else reply.body
        await send({"type": f"{kind}.response.body", "body": body})


def _request(scope: Scope) -> Request:
    """Several Authorization headers make one with commas (RFC 9110 section 5.3), which is refused."""
    found = [value for name, value in scope["headers"] if name.lower() == b"authorization"]
    sent = scope.get("raw_path")
    return Request(
        method=scope.get("method", "GET"),
        sent=sent,
        readings=readings(sent, scope["path"].encode("utf-8", "surrogateescape")),
        authorization=b", ".join(found) if found else None,
        query=scope.get("query_string", b""),
    )
