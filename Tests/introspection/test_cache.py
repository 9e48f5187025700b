# SPDX-License-Identifier: Apache-2.0
"""How often an issuer is asked, and for how long its word counts."""
from collections import Counter

import mxauth
from introspecting import IntrospectionCase


class Sparing(IntrospectionCase):
    def test_ten_thousand_requests_with_a_hundred_tokens(self):
        self.start()
        tokens = [self.opaque() for _ in range(100)]
        results = mxauth.on_threads(
            4, lambda at: Counter(self.v.wait(tokens[(at + number) % 100]) for number in range(2500)))
        self.assertEqual(sum(results, Counter()), Counter({mxauth.OK: 10_000}))
        self.assertAsked(100)
        self.assertEqual(len(set(self.endpoint.asked)), 100)
        stats = self.v.stats
        self.assertEqual((stats.introspections, stats.accepted, stats.cache_entries), (100, 10_000, 100))
        self.assertGreaterEqual(stats.cache_hits, 9_500)
        self.assertGreater(stats.cache_bytes, 100 * 100)

    def test_threads_with_one_new_token(self):
        self.start()
        self.endpoint.delay = 0.2
        for round_ in range(1, 4):
            token = self.opaque()
            self.assertEqual(mxauth.on_threads(8, lambda _: self.v.wait(token)), [mxauth.OK] * 8)
            self.assertAsked(round_)

    def test_threads_with_many_new_tokens(self):
        """Each is asked about once, although all threads wake up whenever any of them is decided."""
        self.start(("max_exchanges", "1000"))
        tokens = [self.opaque() for _ in range(200)]
        for results in mxauth.on_threads(8, lambda at: [self.v.wait(token) for token in tokens[at % 2:]]):
            self.assertEqual(set(results), {mxauth.OK})
        self.assertAsked(200)

    def test_threads_with_one_bad_token(self):
        self.start()
        self.endpoint.delay = 0.2
        self.assertEqual(
            mxauth.on_threads(8, lambda _: self.v.wait(b"unknown")), [mxauth.TOKEN_INACTIVE] * 8)
        self.assertAsked(1)

    def test_tokens_that_differ_little(self):
        self.start()
        good = self.opaque(b"A" * 40)
        self.assertStatus(self.v.wait(good), mxauth.OK)
        for other in (good[:-1], good + b"A", good.lower(), good[:-1] + b"B", b"B" + good[1:], good + b"="):
            self.assertStatus(self.v.wait(other), mxauth.TOKEN_INACTIVE)
        self.assertAsked(7)

    def test_flag(self):
        self.start()
        token = self.opaque()
        self.assertStatus(self.v.verdict(token).status, mxauth.PENDING)
        self.assertStatus(self.v.wait(token), mxauth.OK)
        self.assertEqual(self.v.verdict(token).flags & mxauth.FLAG_CACHED, mxauth.FLAG_CACHED)

    def test_two_validators_share_nothing(self):
        self.start()
        token = self.opaque()
        self.assertStatus(self.v.wait(token), mxauth.OK)
        self.start(server=self.server)
        self.assertStatus(self.v.wait(token), mxauth.TOKEN_INACTIVE)


class Lifetimes(IntrospectionCase):
    def assertKept(self, token, status, seconds):
        """`status` is told for so long without a question, and then there is one."""
        before = self.endpoint.count
        self.assertStatus(self.v.wait(token), status)
        self.assertAsked(before + 1)
        self.clock.advance(seconds - 0.5)
        for _ in range(3):
            self.assertStatus(self.v.validate(token), status)
        self.assertAsked(before + 1)
        self.clock.advance(1)
        self.v.wait(token)
        self.assertAsked(before + 2)

    def test_cache_ttl(self):
        self.start(("cache_ttl", "60"))
        self.assertKept(self.opaque(lifetime=1000), mxauth.OK, 60)

    def test_cache_ttl_of_two_minutes_by_default(self):
        self.start()
        self.assertKept(self.opaque(lifetime=1000), mxauth.OK, 120)

    def test_hits_prolong_nothing(self):
        self.start(("cache_ttl", "60"))
        token = self.opaque(lifetime=1000)
        self.v.wait(token)
        for _ in range(59):
            self.clock.advance(1)
            self.assertStatus(self.v.validate(token), mxauth.OK)
        self.clock.advance(2)
        self.assertStatus(self.v.wait(token), mxauth.OK)
        self.assertAsked(2)

    def test_negative_ttl(self):
        self.start(("negative_ttl", "30"))
        self.assertKept(b"unknown", mxauth.TOKEN_INACTIVE, 30)

    def test_negative_ttl_of_ten_seconds_by_default(self):
        self.start()
        self.assertKept(b"unknown", mxauth.TOKEN_INACTIVE, 10)
        self.assertKept(self.opaque(scope="openid"), mxauth.SCOPE_INSUFFICIENT, 10)

    def test_user_who_was_unlocked(self):
        self.start()
        token = self.opaque(active=False)
        self.assertStatus(self.v.wait(token), mxauth.TOKEN_INACTIVE)
        self.opaque(token)
        self.assertStatus(self.v.wait(token), mxauth.TOKEN_INACTIVE)
        self.clock.advance(11)
        self.assertStatus(self.v.wait(token), mxauth.OK)

    def test_user_who_was_locked(self):
        self.start(("cache_ttl", "60"))
        token = self.opaque(lifetime=1000)
        self.assertStatus(self.v.wait(token), mxauth.OK)
        self.endpoint.tokens.clear()
        self.assertStatus(self.v.wait(token), mxauth.OK)
        self.clock.advance(61)
        self.assertStatus(self.v.wait(token), mxauth.TOKEN_INACTIVE)

    def assertExpires(self, seconds, **members):
        token = self.opaque(**members)
        before = self.endpoint.count
        self.assertStatus(self.v.wait(token), mxauth.OK)
        self.clock.advance(seconds - 0.1)
        self.assertStatus(self.v.validate(token), mxauth.OK)
        self.clock.advance(0.2)
        self.assertStatus(self.v.validate(token), mxauth.EXPIRED)
        self.assertStatus(self.v.wait(token), mxauth.EXPIRED)
        self.assertAsked(before + 1)

    def test_expiry_within_the_cache(self):
        """By expires_in to the moment: it was counted from the answer, so no clocks can differ."""
        self.start()
        self.assertExpires(60, lifetime=60)
        self.assertExpires(60, lifetime=60, exp=None)

    def test_expiry_by_exp(self):
        self.start(("leeway", "30"))
        self.clock.wall -= self.clock.wall % mxauth.SECOND
        self.assertExpires(60 + 30, lifetime=60, expires_in=None)

    def test_expires_in_wins(self):
        self.start()
        now = self.now
        self.assertExpires(20, expires_in=20, exp=now + 100)
        self.assertExpires(50, expires_in=50, exp=now + 20)
        verdict = self.judged(self.opaque(expires_in=50, exp=self.now + 100))
        self.assertEqual(verdict.expires_at, self.now + 50)

    def test_tokens_that_do_not_expire(self):
        self.start(("cache_ttl", "60"))
        token = self.opaque(exp=None, expires_in=None)
        self.assertEqual(self.judged(token).expires_at, 0)
        for number in range(2, 5):
            self.clock.advance(61)
            self.assertStatus(self.v.wait(token), mxauth.OK)
            self.assertAsked(number)

    def test_wall_clock_that_is_set(self):
        """Neither prolongs nor ends what is in the cache before its ttl; expires_in goes by the monotonic clock."""
        self.start(("cache_ttl", "60"))
        token = self.opaque(exp=None, expires_in=None)
        self.assertStatus(self.v.wait(token), mxauth.OK)
        self.clock.wall += 86_400 * mxauth.SECOND
        self.assertStatus(self.v.validate(token), mxauth.OK)
        self.clock.wall -= 2 * 86_400 * mxauth.SECOND
        self.assertStatus(self.v.validate(token), mxauth.OK)
        self.assertAsked(1)
        self.clock.monotonic += 61 * mxauth.SECOND
        self.v.wait(token)
        self.assertAsked(2)
