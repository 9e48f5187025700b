# SPDX-License-Identifier: Apache-2.0
"""How the library behaves towards the process that it is in: forks, callbacks, environment, threads."""
import os
import signal
import subprocess
import sys
import threading
import time

import mxauth
from drivers import DRIVER
from harness import Case
from issuer import Reply
from mxauth import lib
from tokens import Forger, key_set, new_key, token


class Fork(Case):
    children = 50

    def warm_parent(self, **more):
        """With the system's clock: a child cannot be moved by the parent."""
        issuer, key = self.issuer(), new_key("first")
        issuer.routes["/jwks"] = Reply(key_set(key), **more)
        validator = self.validator(("jwks_uri", issuer.origin + "/jwks"), issuer=issuer)
        good = token(key, issuer.origin)
        self.assertStatus(validator.wait(good), mxauth.OK)
        return issuer, validator, key, good

    def fork(self, work):
        child = os.fork()
        if child:
            return child
        signal.alarm(10)
        code = 1
        try:
            code = work()
        finally:
            os._exit(code)

    def assertEnd(self, children, work="child"):
        endings = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        self.assertEqual(endings, [0] * len(children), f"each {work}: 0 is good, -14 hung")

    def test_children_validate_at_once(self):
        issuer, validator, key, good = self.warm_parent()
        new = new_key("second")
        fresh = token(new, issuer.origin)
        issuer.routes["/jwks"] = Reply(key_set(key, new))

        def work(number):
            if any(validator.validate(good) != mxauth.OK for _ in range(100)):
                return 2
            if number % 10:
                return 0
            driver = DRIVER(validator, None)
            if validator.wait(fresh) != mxauth.OK:
                return 3
            driver.stop()
            return 0

        self.assertEnd([self.fork(lambda: work(number)) for number in range(self.children)])
        self.assertEqual(issuer.count("/jwks"), 1 + self.children // 10)
        self.assertStatus(validator.wait(fresh), mxauth.OK)

    def test_forks_while_threads_validate_and_fetch(self):
        issuer, validator, key, good = self.warm_parent()
        forger = Forger(issuer.origin)
        new = new_key("second")
        issuer.routes["/jwks"] = Reply(key_set(key, new), delay=0.3)
        stop = threading.Event()

        def busy(number):
            while not stop.is_set():
                validator.validate(good)
                validator.wait(forger.token(f"forged-{number}"), 20)

        threads = [threading.Thread(target=busy, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()

        def work():
            if validator.validate(good) != mxauth.OK:
                return 2
            driver = DRIVER(validator, None)
            if validator.wait(token(new, issuer.origin)) != mxauth.OK:
                return 3
            driver.stop()
            lib.mxauth_validator_free(validator.handle)
            return 0

        children = []
        for _ in range(12):
            children.append(self.fork(work))
            time.sleep(0.03)
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEnd(children)

    def test_descriptor_is_the_childs_own(self):
        issuer = self.issuer()
        validator = self.validator(("jwks_uri", issuer.origin + "/jwks"), issuer=issuer, drive=False)
        descriptor = lib.mxauth_event_fd(validator.handle)
        good = token(new_key("first"), issuer.origin)

        def work():
            if lib.mxauth_event_fd(validator.handle) != descriptor:
                return 2
            if validator.validate(good) != mxauth.PENDING:
                return 3
            return 0 if len(os.read(descriptor, 8)) == 8 else 4

        self.assertEnd([self.fork(work)])
        with self.assertRaises(BlockingIOError):
            os.read(descriptor, 8)


class Callbacks(Case):
    def probe(self, validator):
        """Whether another thread can use the validator at this moment."""
        done = threading.Event()
        threading.Thread(target=lambda: (lib.mxauth_event_fd(validator.handle), done.set()), daemon=True).start()
        return done.wait(1)

    def test_no_lock_is_held_across_the_clock(self):
        issuer, validator, clock, key, good = self.warm(("refresh_min", "1"), ("refresh_default", "10"))
        stuck = []

        def hook():
            if not self.probe(validator):
                stuck.append(threading.current_thread().name)
                clock.hook = None

        clock.hook = hook
        issuer.routes["/jwks"] = Reply(key_set(key))
        before = validator.settled
        clock.advance(9.6)
        validator.validate(good)
        self.until(lambda: validator.settled > before, "a fetch")
        validator.metrics()
        clock.hook = None
        self.assertEqual(stuck, [])

    def test_log_may_call_the_library(self):
        """With no lock held, as mxauth.h says."""
        seen = []
        issuer, key = self.issuer(), new_key("first")
        issuer.routes["/jwks"] = Reply(key_set(key))
        good = token(key, issuer.origin)
        validator = self.validator(
            ("jwks_uri", issuer.origin + "/jwks"), issuer=issuer,
            on_log=lambda validator: seen.append((validator.validate(good), validator.metrics(), validator.deadline)))
        self.assertStatus(validator.wait(good), mxauth.OK)
        self.until(lambda: seen, "a line in the log")
        self.assertStatus(seen[0][0], mxauth.OK)

    def test_log_is_limited(self):
        """To 60 messages a minute; a redirect loop makes four with each fetch."""
        issuer, validator, clock, _, good = self.warm(("refresh_min", "1"), ("refresh_max", "1"), ("retry_max", "1"))
        issuer.routes["/jwks"] = Reply(status=302, headers={"Location": "/jwks"})

        def fail(times):
            for _ in range(times):
                before = validator.exchanges("redirect")
                clock.advance(1)
                validator.validate(good)
                self.until(lambda: validator.exchanges("redirect") > before, "a failure")

        fail(25)
        self.until(lambda: validator.stats.log_dropped > 40 - 2, "dropped messages")
        self.assertEqual(len(validator.log), 60)
        clock.advance(60)
        fail(1)
        self.until(lambda: len(validator.log) > 60, "messages again")


class Environment(Case):
    def test_proxies_are_ignored(self):
        trap, issuer, key = self.issuer(), self.issuer(), new_key("first")
        issuer.routes["/jwks"] = Reply(key_set(key))
        before = dict(os.environ)
        self.addCleanup(lambda: (os.environ.clear(), os.environ.update(before)))
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            os.environ[name] = trap.origin
        os.environ["no_proxy"] = os.environ["NO_PROXY"] = ""
        validator = self.validator(("jwks_uri", issuer.origin + "/jwks"), issuer=issuer)
        self.assertStatus(validator.wait(token(key, issuer.origin)), mxauth.OK)
        self.assertEqual(trap.requests, [])
        self.assertEqual(issuer.count("/jwks"), 1)


class Waiting(Case):
    def test_nobody_carries_exchanges(self):
        issuer = self.issuer()
        validator = self.validator(("jwks_uri", issuer.origin + "/jwks"), issuer=issuer, drive=False)
        good = token(new_key("first"), issuer.origin)
        for milliseconds in (0, 1, 100):
            self.assertWaits(validator, good, milliseconds, mxauth.TIMED_OUT)
        self.assertIn('mxauth_validations_total{status="MXAUTH_TIMED_OUT"} 3\n', validator.metrics())
        self.assertStatus(validator.validate(good), mxauth.PENDING)
        self.assertEqual(issuer.requests, [])

    def test_many_wait_and_all_are_answered_in_time(self):
        issuer = self.issuer()
        issuer.routes["/jwks"] = Reply(trouble="hang")
        validator = self.validator(("jwks_uri", issuer.origin + "/jwks"), issuer=issuer)
        good = token(new_key("first"), issuer.origin)

        def work(_):
            start = time.monotonic()
            status = validator.wait(good, 300)
            return status, time.monotonic() - start

        for status, took in mxauth.on_threads(32, work):
            self.assertStatus(status, mxauth.TIMED_OUT)
            self.assertWithin(0.29, took, 0.6)

    def test_stopping_while_the_carrier_clears_its_events(self):
        """In a process of its own, where clearing them takes 20 ms: see slow_read.c."""
        if "MXAUTH_SLOW_READ" not in os.environ:
            self.skipTest("run.sh builds slow_read.c")
        self.assertTrue(os.path.exists(os.environ["MXAUTH_SLOW_READ"]), "slow_read.c was not built")
        environment = dict(os.environ, LD_PRELOAD=os.environ["MXAUTH_SLOW_READ"])
        script = os.path.join(os.path.dirname(__file__), "stopping.py")
        ended = subprocess.run([sys.executable, script], env=environment, timeout=30, check=False)
        self.assertEqual(ended.returncode, 0)

    def test_stopping_at_any_moment(self):
        issuer, key = self.issuer(), new_key("first")
        issuer.routes["/jwks"] = Reply(key_set(key))
        validator = self.validator(("jwks_uri", issuer.origin + "/jwks"), issuer=issuer, drive=False)
        driver = DRIVER(validator, None)
        self.assertStatus(validator.wait(token(key, issuer.origin)), mxauth.OK)
        driver.stop()
        for number in range(600):
            driver = DRIVER(validator, None)
            pause = time.perf_counter() + number % 300 * 1e-6
            while time.perf_counter() < pause:
                pass
            start = time.monotonic()
            driver.stop()
            self.assertLess(time.monotonic() - start, 1, f"stop number {number}")

    def test_start_and_stop(self):
        """The driver may come and go; what was under way has failed, and the next one goes on."""
        issuer, key = self.issuer(), new_key("first")
        issuer.routes["/jwks"] = Reply(trouble="hang")
        validator = self.validator(("jwks_uri", issuer.origin + "/jwks"), issuer=issuer, drive=False)
        good = token(key, issuer.origin)
        for _ in range(5):
            driver = DRIVER(validator, None)
            validator.wait(good, 20)
            start = time.monotonic()
            driver.stop()
            if DRIVER.name == "transport":
                self.assertLess(time.monotonic() - start, 0.3, "stopping does not wait for the issuer")
        issuer.released.set()
        issuer.routes["/jwks"] = Reply(key_set(key))
        driver = DRIVER(validator, None)
        self.addCleanup(driver.stop)
        self.until(lambda: validator.wait(good, 500) == mxauth.OK, "the key set", 8)
