# SPDX-License-Identifier: Apache-2.0
"""The library's log within nginx's, and nothing secret in it."""
import re
import socket

from case import NginxCase
from endpoint import SECRET
from server import until


class Log(NginxCase):
    def test_levels(self):
        """What nginx's error_log leaves out is left out here as well."""
        for level, seen, not_seen in (("info", ("[warn]", "[info]"), ()), ("warn", ("[warn]",), ("[info]",)),
                                      ("error", (), ("[warn]", "[info]"))):
            with self.subTest(level):
                self.start("mxauth on; mxauth_timeout 1s;", ("issuer.jwks_uri", self.server.origin + "/none"), level=level)
                self.assertEqual(self.ask(token=self.jwt()).status, 503)
                self.assertEqual(self.ask().status, 401)
                lines = [line for line in self.web.log().splitlines() if "mxauth:" in line]
                for one in seen:
                    self.assertTrue(any(one in line for line in lines), one)
                for one in not_seen:
                    self.assertFalse(any(one in line for line in lines), one)
                # A refusal that is not the client's doing.
                self.assertTrue(any("[error]" in line and "refused with 503" in line for line in lines))
                self.web.stop()

    def test_workers_tell_what_their_transport_does(self):
        self.start(workers=1)
        worker = self.web.workers()[0]
        self.server.stop()
        self.ask(token=self.opaque())
        until(lambda: re.search(rf"\[warn\] {worker}#{worker}: mxauth: .*unreachable", self.web.log()),
              "a line of the worker's own thread")

    def test_syslog(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(10)
            log = f"error_log syslog:server=127.0.0.1:{receiver.getsockname()[1]} info;"
            self.start("mxauth on;", main=f"daemon off; {log}", workers=1)
            self.server.stop()
            self.ask(token=self.opaque())
            line = b""
            while b"unreachable" not in line:
                line = receiver.recv(4096)
            self.assertIn(b"mxauth: ", line)

    def test_no_secret(self):
        self.start(level="debug")
        made = self.opaque()
        self.ask(token=made)
        self.server.stop()
        self.ask(token=self.opaque())
        self.assertNotIn(SECRET, self.web.log())
