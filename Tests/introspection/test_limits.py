# SPDX-License-Identifier: Apache-2.0
"""How much of an issuer's trouble becomes ours: questions outstanding, and the breaker."""
import time

import mxauth
from introspecting import IntrospectionCase
from issuer import Reply
from masform import mas_token

JSON = b"Content-Type: application/json\r\n"


class Outstanding(IntrospectionCase):
    def fill(self, count, **more):
        self.start(("max_exchanges", str(count)), drive=False, **more)
        tokens = [mas_token() for _ in range(count)]
        for token in tokens:
            self.assertStatus(self.v.validate(token), mxauth.PENDING)
        return tokens

    def take(self):
        taken = []
        while exchange := self.v.next_exchange():
            taken.append(exchange.id)
        return taken

    def test_busy_at_once(self):
        for count in (1, 4, 64):
            with self.subTest(count):
                tokens = self.fill(count)
                begin = time.monotonic()
                for _ in range(20):
                    self.assertStatus(self.v.wait(mas_token(), 5000), mxauth.ISSUER_BUSY)
                    self.assertStatus(self.v.validate(mas_token()), mxauth.ISSUER_BUSY)
                self.assertLess(time.monotonic() - begin, 2)
                for token in tokens:
                    self.assertStatus(self.v.validate(token), mxauth.PENDING)
                self.assertEqual(len(self.take()), count)
                self.assertStatus(self.v.validate(mas_token()), mxauth.ISSUER_BUSY)

    def test_default(self):
        self.start(drive=False)
        statuses = [self.v.validate(mas_token()) for _ in range(80)]
        self.assertEqual(statuses, [mxauth.PENDING] * 64 + [mxauth.ISSUER_BUSY] * 16)

    def test_busy_is_no_verdict(self):
        self.fill(1)
        token = mas_token()
        self.assertStatus(self.v.validate(token), mxauth.ISSUER_BUSY)
        self.assertEqual(self.v.describe(mxauth.ISSUER_BUSY).http_status, 503)
        for identity in self.take():
            self.v.complete(identity, 200, JSON, b'{"active":false}')
        self.assertStatus(self.v.validate(token), mxauth.PENDING)

    def test_tokens_in_the_cache_are_not_held_up(self):
        self.start(("max_exchanges", "1"), drive=False)
        known = self.opaque()
        self.v.validate(known)
        self.v.complete(self.take()[0], 200, JSON, Reply(self.endpoint.tokens[known]).body)
        self.assertStatus(self.v.validate(mas_token()), mxauth.PENDING)
        self.assertStatus(self.v.validate(mas_token()), mxauth.ISSUER_BUSY)
        self.assertStatus(self.v.validate(known), mxauth.OK)

    def test_exchanges_over_time_make_room(self):
        self.fill(3)
        self.take()
        self.clock.advance(6)
        self.v.next_exchange()
        self.clock.advance(2)
        self.assertStatus(self.v.validate(mas_token()), mxauth.PENDING)


class Breaker(IntrospectionCase):
    def begin(self, threshold, *options):
        self.start(("breaker_threshold", str(threshold)), ("retry_max", "8"), *options)
        self.endpoint.broken = Reply(b"", 503)

    def fail(self, times):
        for _ in range(times):
            self.assertStatus(self.v.wait(self.opaque()), mxauth.ISSUER_UNAVAILABLE)

    def test_opens_after_the_threshold(self):
        for threshold in (1, 5):
            with self.subTest(threshold):
                self.begin(threshold)
                self.fail(threshold)
                self.assertAsked(threshold)
                self.fail(200)
                self.assertAsked(threshold)

    def test_default(self):
        self.start()
        self.endpoint.broken = Reply(b"", 503)
        self.fail(20)
        self.assertAsked(5)

    def test_every_kind_of_failure_counts(self):
        for reply in (Reply({}, 401), Reply({}), Reply(b"<html>", 200), Reply(b"", 404), Reply(b"", 302)):
            with self.subTest(status=reply.status, body=reply.body):
                self.begin(3)
                self.endpoint.broken = reply
                for _ in range(10):
                    self.v.wait(self.opaque())
                self.assertAsked(3)

    def test_successes_between(self):
        self.begin(3)
        for _ in range(5):
            self.endpoint.broken = Reply(b"", 503)
            self.fail(2)
            self.endpoint.broken = None
            self.assertStatus(self.v.wait(self.opaque()), mxauth.OK)
        self.assertAsked(15)

    def test_refusals_are_no_failures(self):
        self.begin(2)
        self.endpoint.broken = None
        for number in range(10):
            self.assertStatus(self.v.wait(b"unknown-%d" % number), mxauth.TOKEN_INACTIVE)
            self.assertStatus(self.v.wait(self.opaque(scope="openid")), mxauth.SCOPE_INSUFFICIENT)
        self.assertAsked(20)

    def test_lets_one_through_after_the_pause(self):
        self.begin(2)
        self.fail(2)
        for number in range(3, 8):
            self.clock.advance(8.1)
            self.endpoint.delay = 0.3
            self.assertEqual(
                mxauth.on_threads(8, lambda _: self.v.wait(self.opaque())), [mxauth.ISSUER_UNAVAILABLE] * 8)
            self.assertAsked(number)

    def test_pauses_grow(self):
        """From retry_min to retry_max, each less up to half at random."""
        self.begin(1)
        self.fail(1)
        asked = 1
        for longest in (1, 2, 4, 8, 8):
            self.clock.advance(longest / 2 - 0.01)
            self.fail(1)
            self.assertAsked(asked)
            self.clock.advance(longest / 2 + 0.02)
            self.fail(1)
            asked += 1
            self.assertAsked(asked)

    def test_closes(self):
        self.begin(2)
        self.fail(5)
        self.endpoint.broken = None
        self.clock.advance(8.1)
        tokens = [self.opaque() for _ in range(10)]
        for token in tokens:
            self.assertStatus(self.v.wait(token), mxauth.OK)
        self.assertAsked(12)

    def test_retry_after(self):
        self.start(("breaker_threshold", "1"), ("retry_max", "100"))
        self.endpoint.broken = Reply(b"", 503, {"Retry-After": "60"})
        self.fail(1)
        self.clock.advance(59)
        self.fail(3)
        self.assertAsked(1)
        self.endpoint.broken = None
        self.clock.advance(2)
        self.assertStatus(self.v.wait(self.opaque()), mxauth.OK)

    def test_retry_after_is_bounded(self):
        self.begin(1)
        self.endpoint.broken = Reply(b"", 429, {"Retry-After": "99999999999999999999"})
        self.fail(1)
        self.endpoint.broken = None
        self.clock.advance(8.1)
        self.assertStatus(self.v.wait(self.opaque()), mxauth.OK)

    def test_known_tokens_serve_meanwhile(self):
        self.begin(1)
        self.endpoint.broken = None
        good, bad = self.opaque(), b"unknown"
        self.v.wait(good)
        self.v.wait(bad)
        self.endpoint.broken = Reply(b"", 503)
        self.fail(3)
        self.assertStatus(self.v.wait(good), mxauth.OK)
        self.assertStatus(self.v.wait(bad), mxauth.TOKEN_INACTIVE)
