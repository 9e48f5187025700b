# SPDX-License-Identifier: Apache-2.0
"""Starts, reloads, upgrades and ends, while requests go on."""
import json
import os
import signal
import threading
import time
from pathlib import Path

from case import NginxCase
from client import Connection
from issuer import Reply
from load import Running
from server import is_gone, until
from tokens import key_set


class Load(NginxCase):
    """Requests at full speed through nginx to another nginx; not one of them may fail."""

    def start_between(self, **settings):
        fast = self.nginx("server { listen 127.0.0.1:@PORT@; return 200 '{}'; }", module=None).start()
        self.run_nginx(f"upstream fast {{ server 127.0.0.1:{fast.port}; keepalive 64; }}" + self.http(
            "location / { mxauth on; proxy_pass http://fast; proxy_http_version 1.1; proxy_set_header Connection ''; }"),
            **settings)

    def assertNoneFailed(self, load):
        outcome = load.outcome()
        print(f"\n{outcome.requests} requests, statuses {outcome.statuses}, socket errors {outcome.socket_errors}")
        self.assertEqual(list(outcome.statuses), [200], outcome.text)
        self.assertGreater(outcome.requests, 500)
        return outcome

    def shake(self, action):
        """`action` again and again under load. Each request has a connection of its own: that a kept one is closed between
        two requests is no failure of either, but nginx may close it just as a client sends the next."""
        loads = [Running(self.web.port, token=made, connections=8, close=True) for made in (self.jwt(), self.opaque())]
        times = 0
        while any(load.is_running for load in loads):
            time.sleep(0.4)
            action()
            times += 1
        for load in loads:
            outcome = self.assertNoneFailed(load)
            self.assertEqual(outcome.socket_errors, 0, outcome.text)
        print(f"{times} times meanwhile")
        self.assertGreaterEqual(times, 3)
        log = self.web.log()
        for trouble in ("[alert]", "[emerg]", "[crit]", "open socket", "exited on signal"):
            self.assertNotIn(trouble, log)

    def test_reload(self):
        self.start_between()
        self.shake(self.web.reload)

    def test_binary_upgrade(self):
        """nginx upgrades only what its parent has left, hence the daemon."""
        self.start_between(main="")
        self.shake(self.upgrade)
        self.assertEqual(self.ask(token=self.jwt()).status, 200)

    def upgrade(self):
        """As nginx's documentation has it: USR2, then WINCH and QUIT for the old master."""
        old = self.web.master
        self.web.send(signal.SIGUSR2)
        until(lambda: self.web.has_other_master(old), "a new master")
        self.web.send(signal.SIGWINCH, old)
        self.web.send(signal.SIGQUIT, old)
        until(lambda: is_gone(old), "the end of the old master")

    def test_worker_that_dies(self):
        self.start_between()
        before = self.web.workers()
        os.kill(before[0], signal.SIGKILL)
        until(lambda: len(set(self.web.workers()) - set(before)) == 1, "another worker")
        for made in (self.jwt(), self.opaque()) * 10:
            self.assertEqual(self.ask(token=made).status, 200)


class Beginning(NginxCase):
    def test_keys_are_fetched_once_for_all_workers(self):
        self.start(workers=4)
        self.assertEqual(self.server.paths(), ["/jwks"])
        for _ in range(20):
            self.assertEqual(self.ask(token=self.jwt()).status, 200)
        self.assertEqual(self.server.paths(), ["/jwks"])
        self.web.reload()
        until(lambda: self.server.count("/jwks") == 2, "the reload's own fetch")

    def test_discovery_before_the_fork(self):
        """OpenID Connect's place comes second, and is waited for as well."""
        self.server.routes["/.well-known/openid-configuration"] = Reply(
            {"issuer": self.server.origin, "jwks_uri": self.server.origin + "/jwks"})
        self.run_nginx(self.http(self.location(), options=self.options(tokens="jwt").replace(
            f'mxauth_option issuer.jwks_uri "{self.server.origin}/jwks";', "")), workers=3)
        for _ in range(10):
            self.assertPasses(self.ask(token=self.jwt()))
        self.assertEqual(self.server.count("/jwks"), 1)

    def test_keys_in_a_file(self):
        path = Path(self.folder()) / "keys"
        path.write_text(json.dumps(key_set(self.key)))
        self.run_nginx(self.http(self.location(), options=self.options(
            ("issuer.keys_file", str(path)), tokens="jwt").replace(
                f'mxauth_option issuer.jwks_uri "{self.server.origin}/jwks";', "")))
        self.assertPasses(self.ask(token=self.jwt()))
        self.assertEqual(self.server.requests, [])

    def test_state_dir(self):
        """What a start has fetched serves the next one, though the issuer is away and workers are another user."""
        folder = self.folder()
        os.chmod(folder, 0o700)
        web = self.start("mxauth on; mxauth_timeout 1s;", ("state_dir", folder))
        self.assertPasses(self.ask(token=self.jwt()))
        web.stop()
        self.server.stop()
        web.start()
        self.assertPasses(self.ask(token=self.jwt()))

    def test_issuer_down(self):
        self.server.stop()
        began = time.monotonic()
        self.start("mxauth on; mxauth_timeout 1s;")
        self.assertLess(time.monotonic() - began, 5)
        answer = self.ask(token=self.jwt())
        self.assertEqual((answer.status, answer.header("WWW-Authenticate")), (503, None))
        self.server.start()
        until(lambda: self.ask(token=self.jwt()).status == 200, "keys")

    def test_issuer_that_hangs(self):
        """It costs a start two seconds, and no more."""
        self.server.routes["/jwks"].trouble = "hang"
        began = time.monotonic()
        self.start("mxauth on; mxauth_timeout 200ms;")
        self.assertLess(time.monotonic() - began, 5)
        self.assertEqual(self.ask(token=self.jwt()).status, 503)

    def test_without_a_master(self):
        self.start(main="daemon off; master_process off;")
        self.assertPasses(self.ask(token=self.jwt()))
        self.assertEqual(self.ask(token=self.opaque()).status, 200)
        self.web.stop(signal.SIGQUIT)
        self.assertEqual(self.web.process.returncode, 0)


class Ending(NginxCase):
    def wait_while(self, action):
        """A request that waits for the issuer when `action` comes still gets its answer."""
        self.start()
        self.endpoint.delay = 1.5
        made, answers = self.opaque(), []
        thread = threading.Thread(target=lambda: answers.append(self.ask(token=made).status))
        thread.start()
        until(lambda: self.endpoint.count, "the question")
        action()
        thread.join()
        self.assertEqual(answers, [200])

    def test_reload_while_one_waits(self):
        self.wait_while(lambda: self.web.reload())

    def test_quit_while_one_waits(self):
        self.wait_while(lambda: self.web.send(signal.SIGQUIT))
        self.assertEqual(self.web.process.wait(10), 0)

    def test_workers_that_end_end_soon(self):
        self.start()
        old = self.web.workers()
        began = time.monotonic()
        self.web.reload()
        until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in old), "the end of old workers")
        self.assertLess(time.monotonic() - began, 5)
        self.assertNotIn("open socket", self.web.log())

    def test_quick_end_while_one_waits(self):
        self.start()
        self.endpoint.delay = 10
        with Connection(self.web.port) as connection:
            connection.send(b"GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + self.opaque() + b"\r\n\r\n")
            until(lambda: self.endpoint.count, "the question")
            began = time.monotonic()
            self.web.stop()
            self.assertLess(time.monotonic() - began, 3)
            self.assertEqual(self.web.process.returncode, 0)
