# SPDX-License-Identifier: Apache-2.0
"""A guard before a WSGI application."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from . import Error, Verdict
from ._guard import BaseGuard, Refusal, Request, readings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

_log = logging.getLogger("mxauth.wsgi")


class Guard(BaseGuard["WSGIApplication"]):
    """Judges the token of each request before `app` sees it; `app` finds the verdict in `environ["mxauth.verdict"]`,
    None if the request came without a token or its endpoint looks at none.

    The parameters are those of `mxauth.asgi.Guard`; `raw_path` is for applications that route by the target of the
    request, which servers put into `RAW_URI` or `REQUEST_URI`, and refuses everything where they do not. While the
    issuer of a token has to be asked, the thread waits, without the GIL.
    """

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        request = _request(environ)
        try:
            environ["mxauth.verdict"] = self._judge(request)
        except (Error, Refusal) as reason:
            reply = self._reply(request, reason, _log)
            start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", self._headers(reply))
            return [] if request.method == "HEAD" else [reply.body]
        return self._app(environ, start_response)

    def _judge(self, request: Request) -> Verdict | None:
        token = self._token(request)
        verdict = self._known(token)
        if token is not None and verdict is None:
            verdict = self._validator.validate(token, timeout=self._timeout)
        self._check(request, verdict)
        return verdict


def _request(environ: dict[str, Any]) -> Request:
    """Servers join several Authorization headers with commas, which is refused."""
    target = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    sent = target.partition("?")[0].encode("latin-1") if target else None
    authorization = environ.get("HTTP_AUTHORIZATION")
    return Request(
        method=environ["REQUEST_METHOD"],
        sent=sent,
        # WSGI has bytes in its strings (PEP 3333).
        readings=readings(sent, (environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")).encode("latin-1")),
        authorization=authorization.encode("latin-1") if authorization is not None else None,
        query=environ.get("QUERY_STRING", "").encode("latin-1"),
    )
