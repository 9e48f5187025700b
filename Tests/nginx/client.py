# SPDX-License-Identifier: Apache-2.0
"""Requests as they are written, byte for byte: nothing is encoded, merged or followed."""
import json
import socket
from dataclasses import dataclass


@dataclass
class Answer:
    status: int
    headers: list
    body: bytes

    def all(self, name):
        return [value for one, value in self.headers if one.lower() == name.lower()]

    def header(self, name):
        values = self.all(name)
        assert len(values) <= 1, f"{name} comes {len(values)} times"
        return values[0] if values else None

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def errcode(self):
        return self.json["errcode"]


class Connection:
    def __init__(self, port, timeout=20):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout)
        self._file = self._socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._file.close()
        self._socket.close()

    def send(self, data):
        self._socket.sendall(data)

    def ask(self, path, token=None, *, method="GET", headers=(), body=b"", close=False):
        if isinstance(token, str):
            token = token.encode()
        lines = [f"{method} {path} HTTP/1.1".encode(), b"Host: hs.test"]
        if token is not None:
            lines.append(b"Authorization: Bearer " + token)
        lines += [f"{name}: {value}".encode("latin-1") for name, value in headers]
        if body:
            lines.append(b"Content-Length: %d" % len(body))
        if close:
            lines.append(b"Connection: close")
        self.send(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        return self.read(method)

    def read(self, method="GET"):
        status = int(self._line().split()[1])
        headers = []
        while line := self._line():
            name, _, value = line.decode("latin-1").partition(":")
            headers.append((name, value.strip()))
        answer = Answer(status, headers, b"")
        if method == "HEAD" or status in (204, 304):
            return answer
        if answer.header("Transfer-Encoding") == "chunked":
            while size := int(self._line(), 16):
                answer.body += self._file.read(size)
                self._line()
            self._line()
        elif (length := answer.header("Content-Length")) is not None:
            answer.body = self._file.read(int(length))
        else:
            answer.body = self._file.read()
        return answer

    def _line(self):
        line = self._file.readline()
        if not line:
            raise ConnectionError("the connection has been closed")
        return line.rstrip(b"\r\n")


def ask(port, path, token=None, **more):
    with Connection(port) as connection:
        return connection.ask(path, token, close=True, **more)
