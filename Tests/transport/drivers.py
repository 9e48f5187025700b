# SPDX-License-Identifier: Apache-2.0
"""Who carries a validator's exchanges: the library's own transport, or this process's event loop."""
import ctypes
import http.client
import os
import select
import ssl
import threading
import time
import urllib.parse
from ctypes import byref, sizeof

from mxauth import OK, Error, lib


class TransportDriver:
    name = "transport"

    @staticmethod
    def label(of_transport, _of_host):
        return of_transport

    def __init__(self, validator, _ca_file):
        self._validator = validator
        error = Error(sizeof(Error))
        status = lib.mxauth_transport_start(validator.handle, byref(error))
        assert status == OK, error.message

    def stop(self):
        lib.mxauth_transport_stop(self._validator.handle)


class HostDriver:
    """One thread that polls the validator's descriptor and carries one exchange after the other."""
    name = "host"

    @staticmethod
    def label(_of_transport, of_host):
        return of_host

    def __init__(self, validator, ca_file):
        self._validator, self._ca_file = validator, ca_file
        self._stop_read, self._stop_write = os.pipe()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self):
        os.write(self._stop_write, b"x")
        self._thread.join()
        os.close(self._stop_read)
        os.close(self._stop_write)

    def _run(self):
        events = lib.mxauth_event_fd(self._validator.handle)
        poll = select.poll()
        poll.register(events, select.POLLIN)
        poll.register(self._stop_read, select.POLLIN)
        while True:
            lib.mxauth_clear_events(self._validator.handle)
            while exchange := self._validator.next_exchange():
                self._carry(exchange)
            deadline = self._validator.deadline
            ready = poll.poll(None if deadline < 0 else deadline)
            if any(descriptor == self._stop_read for descriptor, _ in ready):
                return

    def _carry(self, exchange):
        identity = exchange.id
        try:
            response = fetch(exchange, self._ca_file)
        except (OSError, http.client.HTTPException):
            response = (0, b"", b"")
        self._validator.complete(identity, *response)


def fetch(exchange, ca_file):
    """(status, headers, body) of one exchange, redirects not followed; an exception if there was no whole response."""
    end = time.monotonic() + exchange.timeout_ms / 1000
    url = urllib.parse.urlsplit(exchange.url.decode())
    if url.scheme == "https":
        context = ssl.create_default_context(cafile=ca_file)
        connection = http.client.HTTPSConnection(url.netloc, timeout=exchange.timeout_ms / 1000, context=context)
    else:
        connection = http.client.HTTPConnection(url.netloc, timeout=exchange.timeout_ms / 1000)
    target = (url.path or "/") + ("?" + url.query if url.query else "")
    headers = dict(line.split(": ", 1) for line in exchange.headers.decode().splitlines())
    body = ctypes.string_at(exchange.body, exchange.body_length) if exchange.body else None
    try:
        connection.request(exchange.method.decode(), target, body, headers)
        socket = connection.sock
        response = connection.getresponse()
        body = b""
        while len(body) <= exchange.max_response:
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            socket.settimeout(left)
            chunk = response.read1(65536)
            if not chunk:
                break
            body += chunk
        else:
            return response.status, str(response.headers).encode(), body
        if response.length:
            raise http.client.IncompleteRead(body, response.length)
        return response.status, str(response.headers).encode(), body
    finally:
        connection.close()


DRIVER = {"transport": TransportDriver, "host": HostDriver}[os.environ.get("MXAUTH_DRIVER", "transport")]
