# SPDX-License-Identifier: Apache-2.0
"""A homeserver that answers with what it was asked: method, target, headers and body."""
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self._echo
        raise AttributeError(name)

    def _echo(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.upstream.count += 1
        text = json.dumps({
            "method": self.command, "path": self.path, "headers": [list(pair) for pair in self.headers.items()],
            "body": body.decode("latin-1")}).encode()
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_):
        """Whoever leaves early is what some tests are about."""


class Upstream:
    def __init__(self):
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.upstream = self
        self.count = 0
        self.address = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
