# SPDX-License-Identifier: Apache-2.0
"""What is ASGI's own: WebSockets, lifespan, scopes. The rest is in test_guards.py."""

import asyncio
import json
import socket

import guarded
import pytest
from guarded import CLIENT, WHOAMI
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from mxauth.asgi import Guard


@pytest.fixture
def calls():
    """What came to the application: scopes."""
    return []


@pytest.fixture
def call(make, calls):
    """Sends one scope through a guard, and returns what it has sent."""

    async def application(scope, receive, send):
        calls.append(scope)

    def call(scope, messages=(), **options):
        sent, waiting = [], list(messages)

        async def receive():
            return waiting.pop(0)

        async def send(message):
            sent.append(message)

        asyncio.run(Guard(application, options.pop("validator", None) or make(), **options)(scope, receive, send))
        return sent

    return call


def http(path, raw=..., token=None, **more):
    headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode() if raw is ... else raw,
        "query_string": b"",
        "headers": headers,
    }
    return {**scope, **more}


# ---------------------------------------------------------------- The application's scope


def test_the_verdict_is_there_whatever_came_before(call, calls, issuer):
    call(http(f"{CLIENT}/login", **{"mxauth.verdict": "made up"}))
    call(http(WHOAMI, token=issuer.token(), state={"kept": 1}))
    assert [scope["mxauth.verdict"] and scope["mxauth.verdict"].user_id for scope in calls] == [
        None,
        "@alice:example.org",
    ]
    assert calls[1]["state"] == {"kept": 1}


def test_the_servers_scope_is_left_alone(call, issuer):
    scope = http(WHOAMI, token=issuer.token())
    before = dict(scope)
    call(scope)
    assert scope == before


def test_header_names_in_any_case(call, calls, issuer):
    call(http(WHOAMI, headers=[(b"Authorization", b"Bearer " + issuer.token().encode())]))
    assert len(calls) == 1


# ---------------------------------------------------------------- Paths


def test_without_a_raw_path_the_decoded_one_is_judged(call, calls, issuer):
    token = issuer.token()
    for path, passes in (
        (WHOAMI, True),
        (f"{CLIENT}/profile/@ä:b", True),
        (f"{CLIENT}/login/../account/whoami", False),
        (f"{CLIENT}/account/%77hoami", False),
        (f"{CLIENT}/profile/a?b", True),
        (f"{CLIENT}/profile/\0", False),
        (f"{CLIENT}/profile/a\\..\\b", False),
        (f"{CLIENT}/profile/\udcff", False),
    ):
        calls.clear()
        for raw in (None, ...):
            scope = http(path, None, token)
            if raw is None:
                del scope["raw_path"]
            call(scope)
        assert len(calls) == 2 * passes, path


def test_two_paths_that_differ(call, calls):
    """Whichever an application goes by: both have to be open."""
    for path, raw in (
        (WHOAMI, f"{CLIENT}/login"),
        (f"{CLIENT}/login", WHOAMI),
        (f"{CLIENT}/login", b"/mounted" + WHOAMI.encode()),
        ("/login", f"{CLIENT}/login"),
        (f"{CLIENT}/login", "/login"),
    ):
        sent = call(http(path, raw.encode() if isinstance(raw, str) else raw))
        assert sent[0]["status"] in (401, 404), (path, raw)
    assert not calls


def test_raw_path_alone(call, calls, issuer):
    """For applications that go by it: %2F is then a character of an ID."""
    token = issuer.token()
    call(http(f"{CLIENT}/rooms/!a:b/event/$x/y", f"{CLIENT}/rooms/!a:b/event/%24x%2Fy".encode(), token), raw_path=True)
    assert len(calls) == 1
    for raw in (
        f"{CLIENT}/rooms/!a:b/event/%24x%2Fy",
        f"{CLIENT}/login/%2e%2e/sync",
        f"{CLIENT}/login%2f..%2fsync",
        WHOAMI,
    ):
        assert call(http(f"{CLIENT}/login", raw.encode()), raw_path=True)[0]["status"] in (401, 404), raw
    assert len(calls) == 1


def test_a_server_without_raw_path(call, calls, caplog):
    """An application that goes by it could not be served: 500, and the log says why."""
    assert call(http(f"{CLIENT}/login", None), raw_path=True)[0]["status"] == 500
    assert "MISUSE" in caplog.text
    assert not calls


def test_behind_root_path(make, issuer):
    """Servers put it before both paths, which then are none of the Client-Server API; guards belong before mounts."""

    async def mounted(scope, receive, send):
        path = scope["path"].removeprefix("/hs")
        await Guard(guarded.asgi_application, validator)(
            {**scope, "path": path, "raw_path": path.encode()}, receive, send
        )

    validator = make()
    site = guarded.start_uvicorn(mounted)
    try:
        assert site.with_token(issuer.token(), f"/hs{WHOAMI}").status == 200
        assert site.ask(f"/hs{WHOAMI}").status == 401
        assert site.ask(f"/hs/hs{WHOAMI}").status == 404
    finally:
        site.stop()


def test_as_middleware_of_starlette(make, issuer):
    async def me(request):
        return JSONResponse({"user": request.scope["mxauth.verdict"].user_id})

    app = Starlette(routes=[Route(WHOAMI, me), Route("/internal", me)])
    app.add_middleware(Guard, validator=make())
    site = guarded.start_uvicorn(app)
    try:
        assert site.with_token(issuer.token()).json == {"user": "@alice:example.org"}
        assert site.ask(WHOAMI).status == 401
        assert site.with_token(issuer.token(), "/internal").json["errcode"] == "M_UNRECOGNIZED"
    finally:
        site.stop()


# ---------------------------------------------------------------- WebSockets


def handshake(site, target, *headers):
    lines = [
        f"GET {target} HTTP/1.1",
        "Host: 127.0.0.1",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        *headers,
    ]
    with socket.create_connection(("127.0.0.1", site.port), timeout=60) as connection:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        answer = b""
        while b"\r\n\r\n" not in answer and (piece := connection.recv(65536)):
            answer += piece
    return int(answer.split()[1]), answer


@pytest.mark.parametrize("start", [guarded.start_uvicorn, guarded.start_hypercorn])
def test_websockets(make, issuer, start):
    site = start(Guard(guarded.asgi_application, make(), query_token=True))
    token = issuer.token()
    try:
        assert handshake(site, f"{CLIENT}/sync", f"Authorization: Bearer {token}")[0] == 101
        assert handshake(site, f"{CLIENT}/sync?access_token={token}")[0] == 101, "browsers can set no header"
        for target, headers in (
            (f"{CLIENT}/sync", ()),
            (f"{CLIENT}/sync?access_token={token}x", ()),
            ("/socket", ()),
            (f"{CLIENT}/login/..%2fsync", ()),
            (f"{CLIENT}/sync", (f"Authorization: Bearer {token[:-3]}",)),
            (f"{CLIENT}/createRoom", (f"Authorization: Bearer {token}",)),
        ):
            status, answer = handshake(site, target, *headers)
            assert status in (401, 404, 405), target
            assert b"M_" in answer or answer.endswith(b"\r\n\r\n"), target
    finally:
        site.stop()


def test_a_server_that_can_only_close(call, calls):
    scope = {"type": "websocket", "path": f"{CLIENT}/sync", "raw_path": None, "query_string": b"", "headers": []}
    assert call(scope, [{"type": "websocket.connect"}]) == [{"type": "websocket.close", "code": 1008}]
    sent = call({**scope, "extensions": {"websocket.http.response": {}}}, [{"type": "websocket.connect"}])
    assert [message["type"] for message in sent] == ["websocket.http.response.start", "websocket.http.response.body"]
    assert (sent[0]["status"], json.loads(sent[1]["body"])["errcode"]) == (401, "M_MISSING_TOKEN")
    assert not calls


# ---------------------------------------------------------------- Other scopes


def test_lifespan_passes(call, calls):
    scope = {"type": "lifespan"}
    call(scope)
    assert calls == [scope]


def test_what_is_not_known_does_not(call, calls):
    with pytest.raises(NotImplementedError, match="telepathy"):
        call({"type": "telepathy", "path": "/", "headers": []})
    assert not calls


# ---------------------------------------------------------------- Waiting


def test_waiting_holds_up_nobody(introspecting, gated, calls):
    """A task waits for the issuer; others are served meanwhile, and a request that is given up leaves nothing."""
    gate = gated.gate("/introspect")
    validator = introspecting(gated)

    async def application(scope, receive, send):
        calls.append(scope["mxauth.verdict"].user_id)

    async def run():
        guard = Guard(application, validator)
        opaque, jwt = gated.opaque_token(), gated.token()

        async def through(token):
            await guard(http(WHOAMI, token=token), None, None)

        waiting = [asyncio.ensure_future(through(opaque)) for _ in range(5)]
        await through(jwt)
        assert (len(calls), [task.done() for task in waiting]) == (1, [False] * 5)
        waiting[0].cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting[0]
        gate.open.set()
        await asyncio.wait_for(asyncio.gather(*waiting[1:]), 60)

    asyncio.run(run())
    assert len(calls) == 5
    assert gate.arrived == 1
