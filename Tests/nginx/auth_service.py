# SPDX-License-Identifier: Apache-2.0
"""A small service for auth_request: 204 for a good token, 401 for any other, by the library. Options come as one line of
JSON on standard input; the port goes to standard output."""
import json
import selectors
import socket
import sys

import mxauth
from drivers import TransportDriver


def main():
    validator = mxauth.Validator([tuple(pair) for pair in json.loads(sys.stdin.readline())])
    TransportDriver(validator, None)
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    print(listener.getsockname()[1], flush=True)
    serve(listener, validator)


def serve(listener, validator):
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is listener:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(connection, selectors.EVENT_READ)
                continue
            if not answer(key.fileobj, validator):
                selector.unregister(key.fileobj)
                key.fileobj.close()


def answer(connection, validator):
    """False when nginx has closed it. A request of auth_request comes in one piece, and one at a time."""
    try:
        data = connection.recv(65536)
        if data:
            connection.sendall(judge(data, validator))
        return bool(data)
    except ConnectionError:
        return False


def judge(data, validator):
    for line in data.split(b"\r\n"):
        name, _, value = line.partition(b": ")
        if name.lower() == b"authorization" and value.startswith(b"Bearer "):
            if validator.wait(value[7:], 5000) == mxauth.OK:
                return b"HTTP/1.1 204 No Content\r\n\r\n"
    return b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"


main()
