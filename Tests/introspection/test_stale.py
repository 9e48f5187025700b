# SPDX-License-Identifier: Apache-2.0
"""issuer.stale_if_error: what was accepted serves on while the issuer cannot be asked."""
import mxauth
from introspecting import IntrospectionCase
from issuer import Reply


class Stale(IntrospectionCase):
    def begin(self, seconds, **members):
        self.start(("cache_ttl", "60"), ("stale_if_error", str(seconds)), ("retry_max", "1"))
        self.token = self.opaque(lifetime=10_000, **members)
        self.assertStatus(self.v.wait(self.token), mxauth.OK)
        self.endpoint.broken = Reply(b"", 503)

    def test_off(self):
        self.begin(0)
        self.clock.advance(59)
        self.assertStatus(self.v.wait(self.token), mxauth.OK)
        self.clock.advance(2)
        self.assertStatus(self.v.wait(self.token), mxauth.ISSUER_UNAVAILABLE)

    def test_on(self):
        self.begin(600)
        for seconds in (61, 300, 290):
            self.clock.advance(seconds)
            self.assertStatus(self.v.wait(self.token), mxauth.OK)
        self.assertGreaterEqual(self.endpoint.count, 3, "it is asked all the same")
        self.clock.advance(20)
        self.assertStatus(self.v.wait(self.token), mxauth.ISSUER_UNAVAILABLE)

    def test_kinds_of_failure(self):
        for reply, status in (
                (Reply({}), mxauth.ANSWER_INVALID), (Reply({}, 401), mxauth.ISSUER_REFUSES_US),
                (Reply(b"", 500), mxauth.ISSUER_UNAVAILABLE)):
            with self.subTest(status):
                self.begin(600)
                self.endpoint.broken = reply
                self.clock.advance(61)
                self.assertStatus(self.v.wait(self.token), mxauth.OK, status)
                self.clock.advance(700)
                self.assertStatus(self.v.wait(self.token), status)

    def test_a_refusal_is_no_failure(self):
        self.begin(600)
        self.endpoint.broken = None
        self.endpoint.tokens.clear()
        self.clock.advance(61)
        self.assertStatus(self.v.wait(self.token), mxauth.TOKEN_INACTIVE)
        self.endpoint.broken = Reply(b"", 503)
        self.clock.advance(61)
        self.assertStatus(self.v.wait(self.token), mxauth.ISSUER_UNAVAILABLE)

    def test_never_past_expiry(self):
        self.begin(600, expires_in=100)
        self.clock.advance(61)
        self.assertStatus(self.v.wait(self.token), mxauth.OK)
        self.clock.advance(40)
        self.assertStatus(self.v.wait(self.token), mxauth.EXPIRED, mxauth.ISSUER_UNAVAILABLE)

    def test_never_past_revocation(self):
        self.begin(600)
        self.clock.advance(61)
        self.assertStatus(self.v.wait(self.token), mxauth.OK)
        self.v.revoke(mxauth.REVOKE_USER, b"@alice:hs.test")
        self.assertStatus(self.v.validate(self.token), mxauth.REVOKED)

    def test_tokens_never_seen_have_no_past(self):
        self.begin(600)
        self.assertStatus(self.v.wait(self.opaque()), mxauth.ISSUER_UNAVAILABLE)
