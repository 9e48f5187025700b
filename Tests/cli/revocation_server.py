# SPDX-License-Identifier: Apache-2.0
"""A revocation endpoint on loopback: prints its port, then each form that it is sent to the file that is named."""
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        form = self.rfile.read(int(self.headers["Content-Length"]))
        with open(sys.argv[1], "ab") as log:
            log.write(form + b"\n")
        self.send_response(401 if b"client_id=other" in form else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
