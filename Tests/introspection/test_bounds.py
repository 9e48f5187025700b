# SPDX-License-Identifier: Apache-2.0
"""The cache has a size, and nobody can fill it with what nobody asked for."""
import json

import mxauth
from introspecting import IntrospectionCase
from issuer import Reply
from masform import mas_token
from tokens import Forger

JSON = b"Content-Type: application/json\r\n"


class Bounds(IntrospectionCase):
    def begin(self, *common):
        self.start(drive=False, common=common)

    def decide(self, token, answer):
        self.assertStatus(self.v.validate(token), mxauth.PENDING)
        self.v.complete(self.v.next_exchange().id, 200, JSON, Reply(answer).body)

    def accept(self, **members):
        token = self.opaque(**members)
        self.decide(token, self.endpoint.tokens[token])
        self.assertStatus(self.v.validate(token), mxauth.OK)
        return token

    def test_entries(self):
        self.begin(("cache_entries", "1024"))
        for _ in range(3000):
            self.accept()
        self.assertWithin(900, self.v.stats.cache_entries, 1024)

    def test_bytes(self):
        self.begin(("cache_bytes", "1048576"))
        for number in range(3000):
            self.accept(note="x" * 2000 + str(number))
        self.assertWithin(1 << 19, self.v.stats.cache_bytes, 1 << 20)

    def test_refusals(self):
        """Have an eighth of the room, of their own."""
        self.begin(("cache_entries", "16384"))
        kept = [self.accept() for _ in range(100)]
        for _ in range(4000):
            self.decide(mas_token(), {"active": False})
        self.assertLessEqual(self.v.stats.cache_entries, 100 + 2048)
        for token in kept:
            self.assertStatus(self.v.validate(token), mxauth.OK)

    def test_tokens_in_use_outlive_a_flood(self):
        """Of good tokens that come once."""
        self.begin(("cache_entries", "1024"))
        kept = [self.accept() for _ in range(100)]
        for token in kept * 3:
            self.assertStatus(self.v.validate(token), mxauth.OK)
        for number in range(5000):
            self.accept()
            self.v.validate(kept[number % 100])
        lost = sum(self.v.validate(token) != mxauth.OK for token in kept)
        self.assertLessEqual(lost, 5)

    def test_tokens_that_prove_nothing(self):
        """Forged, of no form, or not decided: no room for them."""
        self.with_jwts(drive=False)
        forger = Forger(self.server.origin)
        for number in range(500):
            self.v.validate(forger.token("first")[:-4] + b"%04d" % number)
            self.v.validate(b"a b%d" % number)
            self.v.validate(mas_token())
        self.assertEqual((self.v.stats.cache_entries, self.v.stats.cache_bytes), (0, 0))

    def test_bad_sizes(self):
        for option in (
                ("cache_entries", "1023"), ("cache_entries", "16777217"), ("cache_entries", "x"), ("cache_bytes", "0"),
                ("cache_bytes", "-1"), ("revocation_bytes", "0"), ("revocation_lifetime", "0"), ("compat", "mas"),
                ("compat", "")):
            with self.subTest(option=option):
                with self.assertRaises(mxauth.Refused) as refused:
                    self.begin(option)
                self.assertStatus(refused.exception.status, mxauth.OPTION_INVALID)


class Explanations(IntrospectionCase):
    def explained(self, token, name):
        text = self.v.explain(token)
        self.assertNotIn(token.decode(), text)
        whole = json.loads(text)
        self.assertEqual(whole["name"], "MXAUTH_" + name)
        checks = whole["checks"]
        self.assertEqual([check["passed"] for check in checks[:-1]], [True] * (len(checks) - 1))
        self.assertEqual(checks[-1]["passed"], name == "OK")
        return whole

    def test_each(self):
        self.start()
        good, inactive = self.opaque(), self.opaque(active=False)
        self.explained(good, "PENDING")
        self.v.wait(good)
        self.v.wait(inactive)
        self.assertEqual(self.explained(good, "OK")["verdict"]["user_id"], "@alice:hs.test")
        self.explained(inactive, "TOKEN_INACTIVE")
        self.explained(b"a b", "TOKEN_IMPLAUSIBLE")
        self.v.revoke(mxauth.REVOKE_TOKEN, good)
        self.explained(good, "REVOKED")
        self.endpoint.broken = Reply(b"", 503)
        broken = self.opaque()
        self.v.wait(broken)
        self.explained(broken, "ISSUER_UNAVAILABLE")
