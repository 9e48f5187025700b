# SPDX-License-Identifier: Apache-2.0
"""A forked child keeps what was known at the fork, and asks for itself."""
import os
import signal

import mxauth
from drivers import DRIVER
from introspecting import IntrospectionCase
from masform import mas_token


class Forks(IntrospectionCase):
    def in_child(self, work):
        """`work` returns 0 if all is well."""
        child = os.fork()
        if not child:
            signal.alarm(20)
            code = 1
            try:
                code = work()
            finally:
                os._exit(code)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0, "0 is good, -14 hung")

    def drive_in_child(self, token):
        driver = DRIVER(self.v, None)
        status = self.v.wait(token)
        driver.stop()
        return status

    def test_what_was_known(self):
        self.start()
        good, revoked, bad = self.opaque(), self.opaque(), mas_token()
        for token in (good, revoked, bad):
            self.v.wait(token)
        self.v.revoke(mxauth.REVOKE_TOKEN, revoked)
        self.in_child(lambda: (
            0 if [self.v.validate(token) for token in (good, revoked, bad)]
            == [mxauth.OK, mxauth.REVOKED, mxauth.TOKEN_INACTIVE] else 2))
        self.assertAsked(3)

    def test_children_ask_for_themselves(self):
        self.start()
        token = self.opaque()
        for number in range(1, 6):
            self.in_child(lambda: 0 if self.drive_in_child(token) == mxauth.OK else 2)
            self.assertAsked(number)
        self.assertStatus(self.v.wait(token), mxauth.OK)
        self.assertAsked(6)

    def test_question_that_was_under_way(self):
        """It is the parent's; the child has its own, and room for as many."""
        self.start(("max_exchanges", "1"), drive=False)
        token = self.opaque()
        self.assertStatus(self.v.validate(token), mxauth.PENDING)
        self.assertIsNotNone(self.v.next_exchange())
        self.in_child(lambda: 0 if self.drive_in_child(token) == mxauth.OK else 2)
        self.assertAsked(1)

    def test_probe_that_was_under_way(self):
        """A breaker that waits for the parent's one question must not keep the child out."""
        self.start(("breaker_threshold", "1"), ("retry_max", "1"), drive=False)
        self.assertStatus(self.v.validate(mas_token()), mxauth.PENDING)
        self.v.complete(self.v.next_exchange().id, 503)
        self.clock.advance(1.1)
        self.assertStatus(self.v.validate(mas_token()), mxauth.PENDING)
        self.assertIsNotNone(self.v.next_exchange())
        self.assertStatus(self.v.validate(mas_token()), mxauth.ISSUER_UNAVAILABLE)
        token = self.opaque()
        self.in_child(lambda: 0 if self.drive_in_child(token) == mxauth.OK else 2)

    def test_revocations_are_each_processes_own(self):
        """As mxauth.h says: a child has to be told itself."""
        self.start()
        token = self.opaque()
        self.v.wait(token)

        def work():
            self.v.revoke(mxauth.REVOKE_TOKEN, token)
            return 0 if self.v.validate(token) == mxauth.REVOKED else 2

        self.in_child(work)
        self.assertStatus(self.v.validate(token), mxauth.OK)

    def test_forks_while_threads_ask(self):
        self.start(("max_exchanges", "1000"))
        self.endpoint.delay = 0.05

        def work(index):
            if index:
                return [self.v.wait(self.opaque()) for _ in range(30)]
            token = self.opaque()
            for _ in range(8):
                self.in_child(lambda: 0 if self.drive_in_child(token) == mxauth.OK else 2)
            return [mxauth.OK]

        for results in mxauth.on_threads(4, work):
            self.assertEqual(set(results), {mxauth.OK})
