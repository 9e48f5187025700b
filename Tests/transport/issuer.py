# SPDX-License-Identifier: Apache-2.0
"""An issuer on loopback that answers as a test scripts it, over HTTP or HTTPS."""
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Reply:
    """What a path answers. `trouble`: None, "hang", "drip" or "truncate"."""

    def __init__(self, body=b"", status=200, headers=(), content_type="application/json", delay=0, trouble=None):
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.status, self.content_type, self.delay, self.trouble = status, content_type, delay, trouble
        self.headers = list(headers.items()) if isinstance(headers, dict) else list(headers)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are two writes, and on a connection that is kept the second would wait 40 ms for the first.
    disable_nagle_algorithm = True

    def setup(self):
        issuer = self.server.issuer
        if issuer.context:
            self.request = issuer.context.wrap_socket(self.request, server_side=True)
        issuer.connections.add(self.request)
        super().setup()

    def finish(self):
        super().finish()
        self.server.issuer.connections.discard(self.request)
        self.request.close()

    def log_message(self, *_):
        pass

    def do_GET(self):
        issuer = self.server.issuer
        with issuer.lock:
            issuer.requests.append((self.path, dict(self.headers)))
            reply = issuer.routes.get(self.path)
        if callable(reply):
            reply = reply(self.headers)
        self._answer(reply or Reply(status=404), issuer)

    do_CONNECT = do_GET

    def do_POST(self):
        issuer = self.server.issuer
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with issuer.lock:
            issuer.requests.append((self.path, dict(self.headers)))
            answer = issuer.forms.get(self.path)
        self._answer(answer(self.headers, body) if answer else Reply(status=404), issuer)

    def _answer(self, reply, issuer):
        if reply.delay:
            time.sleep(reply.delay)
        if reply.trouble == "hang":
            issuer.released.wait(30)
            self.close_connection = True
            return
        self.send_response(reply.status)
        if reply.status != 304:
            if reply.content_type:
                self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        if reply.trouble == "drip":
            for at in range(len(reply.body)):
                self.wfile.write(reply.body[at:at + 1])
                if issuer.released.wait(0.1):
                    break
            self.close_connection = True
        elif reply.trouble == "truncate":
            self.wfile.write(reply.body[:len(reply.body) // 2])
            self.close_connection = True
        elif reply.status != 304:
            self.wfile.write(reply.body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_):
        """Clients that give up or refuse our certificate are what the tests are about."""


class Issuer:
    def __init__(self, context=None):
        self.context = context
        self.lock = threading.Lock()
        self.released = threading.Event()
        self.routes, self.requests, self.connections = {}, [], set()
        # What POST answers: a path's function of (headers, body).
        self.forms = {}
        self.port = 0
        self.start()
        self.origin = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"

    def start(self):
        self.released.clear()
        self._server = _Server(("127.0.0.1", self.port), _Handler)
        self._server.issuer = self
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self):
        """From here on connections are refused; those that are open end."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self.drop_connections()

    def drop_connections(self):
        for connection in list(self.connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def count(self, path):
        with self.lock:
            return sum(1 for requested, _ in self.requests if requested == path)

    def paths(self):
        with self.lock:
            return [path for path, _ in self.requests]

    def last_headers(self, path):
        with self.lock:
            return [headers for requested, headers in self.requests if requested == path][-1]
