# SPDX-License-Identifier: Apache-2.0
"""The issuer takes new keys every second while nginx is as busy as it can be."""
import os
import threading
import time
from pathlib import Path

from case import NginxCase
from client import ask
from issuer import Reply
from load import Running
from tokens import key_set, new_key, token

SECONDS = 20


class Rotation(NginxCase):
    def test_rotation_under_load(self):
        """Each key is published for a second before and after the one in which it signs, as issuers should. No good token
        is refused, and none of a key that is gone, or of somebody else's, is accepted."""
        self.number, self.keys = 0, []
        self.rotate()
        self.rotate()
        fast = self.nginx("server { listen 127.0.0.1:@PORT@; return 200 '{}'; }", module=None).start()
        timers = (("issuer.refresh_min", "1"), ("issuer.refresh_default", "1"), ("issuer.unknown_key_cooldown", "1"))
        self.run_nginx(f"upstream fast {{ server 127.0.0.1:{fast.port}; keepalive 64; }}" + self.http(
            "location / { mxauth on; proxy_pass http://fast; proxy_http_version 1.1; proxy_set_header Connection ''; }",
            *timers))
        self.file = Path(self.folder()) / "token"
        self.sign()
        load = Running(self.web.port, token_file=self.file, seconds=SECONDS)
        turns, wrong = 0, []
        stop = threading.Event()
        watcher = threading.Thread(target=self.watch, args=(stop, wrong))
        watcher.start()
        while load.is_running:
            time.sleep(1)
            self.rotate()
            self.sign()
            turns += 1
        stop.set()
        watcher.join()
        outcome = load.outcome()
        print(f"\n{turns} rotations in {SECONDS} s, {outcome.requests} requests, statuses {outcome.statuses}")
        self.assertEqual(list(outcome.statuses), [200], outcome.text)
        self.assertEqual(outcome.socket_errors, 0, outcome.text)
        self.assertEqual(wrong, [])
        self.assertGreaterEqual(turns, SECONDS - 2)
        self.assertGreater(self.server.count("/jwks"), turns)

    def rotate(self):
        """Of the three that are published, the middle one signs."""
        self.number += 1
        self.keys = [*self.keys, new_key(f"key-{self.number}")][-4:]
        self.server.routes["/jwks"] = Reply(key_set(*self.keys[-3:]))

    def sign(self):
        whole = self.file.with_suffix(".new")
        whole.write_bytes(token(self.keys[-2], self.server.origin) + b"\n")
        os.replace(whole, self.file)

    def watch(self, stop, wrong):
        gone = token(new_key("gone"), self.server.origin)
        while not stop.wait(0.05):
            # Forged under the name of the key that signs now.
            forger = new_key(self.keys[-2].kid)
            for made in (token(forger, self.server.origin), gone):
                answer = ask(self.web.port, "/", made)
                if answer.status != 401:
                    wrong.append((answer.status, answer.body))


class Keys(NginxCase):
    def test_a_dropped_key_is_refused(self):
        self.start("mxauth on;", ("issuer.refresh_min", "1"), ("issuer.refresh_default", "1"))
        made = self.jwt()
        self.assertEqual(self.ask(token=made).status, 200)
        self.server.routes["/jwks"] = Reply(key_set(new_key("second")))
        end = time.monotonic() + 10
        while [self.ask(token=made).status for _ in range(6)] != [401] * 6:
            self.assertLess(time.monotonic(), end, "the key is still accepted")
            time.sleep(0.1)
