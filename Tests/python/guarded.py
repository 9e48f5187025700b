# SPDX-License-Identifier: Apache-2.0
"""An application behind a guard, in servers of ASGI and WSGI, and requests that go out byte for byte."""

import asyncio
import json
import os
import re
import socket
import threading
from http.client import HTTPResponse
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import cheroot.wsgi
import hypercorn.asyncio
import hypercorn.config
import uvicorn
import waitress.server

from mxauth import asgi, wsgi

CLIENT = "/_matrix/client/v3"
WHOAMI = f"{CLIENT}/account/whoami"
# What the application itself takes to be open to everybody, whatever the guard thinks.
OPEN = re.compile(r"/_matrix/client/(versions|v3/login|v3/profile/[^/]+(/[^/]+)?|v3/directory/room/[^/]+)", re.ASCII)


def describe(path, verdict):
    """What the application answers, by the path as it sees it. What is not open must not come without a verdict."""
    return {"path": path, "user": verdict and verdict.user_id, "breach": verdict is None and not OPEN.fullmatch(path)}


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.text = response.status, response.headers, response.read()
        # A server that refuses a request by itself has other words for it.
        is_json = self.headers["Content-Type"] == "application/json"
        self.json = json.loads(self.text) if is_json and self.text else None

    @property
    def verdict(self):
        """Status, errcode and challenge of a refusal."""
        return self.status, (self.json or {}).get("errcode"), self.headers["WWW-Authenticate"]


class Site:
    """A server on loopback."""

    def __init__(self, port, stop):
        self.port, self.stop = port, stop

    def ask(self, target, *headers, method="GET", body=b""):
        """`target` goes out as it stands, and each header as a line of its own."""
        lines = [
            f"{method} {target} HTTP/1.1",
            "Host: 127.0.0.1",
            "Connection: close",
            f"Content-Length: {len(body)}",
            *headers,
        ]
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
            response = HTTPResponse(connection, method=method)
            response.begin()
            return Answer(response)

    def with_token(self, token, target=WHOAMI, **how):
        return self.ask(target, f"Authorization: Bearer {token}", **how)


# ---------------------------------------------------------------- ASGI


async def asgi_application(scope, receive, send):
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        return await send({"type": "lifespan.shutdown.complete"})
    if scope["type"] == "websocket":
        await receive()
        return await send({"type": "websocket.accept"})
    body = json.dumps(describe(scope["path"], scope["mxauth.verdict"])).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": body})


def start_uvicorn(app):
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, loop="asyncio", http="h11", ws="wsproto", log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()

    def stop():
        server.should_exit = True
        thread.join()
        listener.close()

    return Site(listener.getsockname()[1], stop)


def start_hypercorn(app):
    listener = socket.create_server(("127.0.0.1", 0))
    config = hypercorn.config.Config()
    config.bind = [f"fd://{os.dup(listener.fileno())}"]
    config.loglevel = "WARNING"
    config.graceful_timeout = 1
    loop, ending = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(
        target=loop.run_until_complete, args=[hypercorn.asyncio.serve(app, config, shutdown_trigger=ending.wait)]
    )
    thread.start()

    def stop():
        loop.call_soon_threadsafe(ending.set)
        thread.join()
        loop.close()
        listener.close()

    return Site(listener.getsockname()[1], stop)


# ---------------------------------------------------------------- WSGI


def wsgi_application(environ, start_response):
    path = (environ["SCRIPT_NAME"] + environ["PATH_INFO"]).encode("latin-1").decode("utf-8", "replace")
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(describe(path, environ["mxauth.verdict"])).encode()]


class Silent(WSGIRequestHandler):
    def log_message(self, *arguments):
        pass


def start_wsgiref(app):
    server = WSGIServer(("127.0.0.1", 0), Silent)
    server.set_app(app)
    return in_thread(server.server_port, lambda: server.serve_forever(0.02), server.shutdown, server.server_close)


def start_waitress(app):
    server = waitress.server.create_server(
        app, host="127.0.0.1", port=0, threads=2, asyncore_loop_timeout=0.02, clear_untrusted_proxy_headers=True
    )

    def run():
        # Its loop ends with an exception when the sockets are closed under it.
        try:
            server.run()
        except OSError:
            pass

    return in_thread(server.effective_port, run, server.close, lambda: server.task_dispatcher.shutdown())


def start_cheroot(app):
    server = cheroot.wsgi.Server(("127.0.0.1", 0), app, numthreads=2)
    server.expiration_interval = 0.02
    server.prepare()
    return in_thread(server.bind_addr[1], server.serve, server.stop, lambda: None)


def in_thread(port, run, end, clean):
    thread = threading.Thread(target=run)
    thread.start()

    def stop():
        end()
        thread.join()
        clean()

    return Site(port, stop)


SERVERS = {
    "uvicorn": (start_uvicorn, asgi.Guard, asgi_application),
    "hypercorn": (start_hypercorn, asgi.Guard, asgi_application),
    "wsgiref": (start_wsgiref, wsgi.Guard, wsgi_application),
    "waitress": (start_waitress, wsgi.Guard, wsgi_application),
    "cheroot": (start_cheroot, wsgi.Guard, wsgi_application),
}
