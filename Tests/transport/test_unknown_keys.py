# SPDX-License-Identifier: Apache-2.0
import time
from collections import Counter

import mxauth
from harness import Case
from issuer import Reply
from tokens import Forger, key_set, new_key, token


class UnknownKeys(Case):
    def test_thousand_tokens_with_one_new_key(self):
        issuer, validator, _, key, _ = self.warm()
        fresh = new_key("fresh")
        issuer.routes["/jwks"] = Reply(key_set(key, fresh), delay=0.1)
        tokens = [[token(fresh, issuer.origin, jti=f"{a}-{b}") for b in range(125)] for a in range(8)]
        before = validator.stats
        results = mxauth.on_threads(8, lambda at: Counter(map(validator.wait, tokens[at])))
        self.assertEqual(sum(results, Counter()), Counter({mxauth.OK: 1000}))
        self.assertEqual(issuer.count("/jwks"), 2)
        after = validator.stats
        self.assertEqual(after.accepted - before.accepted, 1000)
        self.assertEqual(after.validations - before.validations, 1000, "one for each token, however often it waited")

    def test_thousand_tokens_before_any_key_set(self):
        issuer = self.issuer()
        key = new_key("first")
        issuer.routes["/jwks"] = Reply(key_set(key), delay=0.1)
        validator = self.validator(("jwks_uri", issuer.origin + "/jwks"), issuer=issuer)
        good = token(key, issuer.origin)
        results = mxauth.on_threads(8, lambda _: Counter(validator.wait(good) for _ in range(125)))
        self.assertEqual(sum(results, Counter()), Counter({mxauth.OK: 1000}))
        self.assertEqual(issuer.count("/jwks"), 1)

    def test_flood_of_forged_keys(self):
        """As many of 100,000 as fit in some seconds; tokens under the known key are served all the while."""
        issuer, validator, _, _, good = self.warm(("unknown_key_cooldown", "30"))
        forger = Forger(issuer.origin)
        results = Counter()
        end = time.monotonic() + 6
        for number in range(100_000):
            results[validator.validate(forger.token(f"forged-{number}"))] += 1
            if number % 1000 == 0:
                self.assertStatus(validator.validate(good), mxauth.OK)
                if time.monotonic() > end:
                    break
        self.assertEqual(set(results) - {mxauth.PENDING, mxauth.KEY_UNKNOWN}, set())
        self.assertGreater(results[mxauth.KEY_UNKNOWN], 5000)
        self.assertLessEqual(issuer.count("/jwks"), 2)

    def test_one_fetch_in_each_cooldown(self):
        issuer, validator, clock, _, _ = self.warm(("unknown_key_cooldown", "30"))
        forger = Forger(issuer.origin)
        for round_ in range(3):
            self.assertStatus(validator.wait(forger.token(f"a{round_}")), mxauth.KEY_UNKNOWN)
            self.assertStatus(validator.validate(forger.token(f"b{round_}")), mxauth.KEY_UNKNOWN)
            clock.advance(29)
            self.assertStatus(validator.validate(forger.token(f"c{round_}")), mxauth.KEY_UNKNOWN)
            self.assertEqual(issuer.count("/jwks"), 2 + round_)
            clock.advance(1)

    def test_rotation(self):
        issuer, validator, _, old, old_token = self.warm()
        new = new_key("second")
        issuer.routes["/jwks"] = Reply(key_set(new))
        self.assertStatus(validator.wait(token(new, issuer.origin)), mxauth.OK)
        self.assertEqual(issuer.count("/jwks"), 2)
        self.assertStatus(validator.validate(old_token), mxauth.KEY_UNKNOWN)
        self.assertEqual(issuer.count("/jwks"), 2)
        self.assertEqual(validator.stats.key_sets_replaced, 2)

    def test_rotation_under_one_name(self):
        """A key that keeps its kid is not asked for: it is followed by the timer."""
        issuer, validator, clock, _, old_token = self.warm(("refresh_default", "100"))
        other = new_key("first")
        issuer.routes["/jwks"] = Reply(key_set(other))
        clock.advance(96)
        # Whoever carries exchanges may have noticed the clock before.
        self.assertStatus(validator.validate(old_token), mxauth.OK, mxauth.SIGNATURE_INVALID)
        self.until(lambda: validator.stats.key_sets_replaced == 2, "a newer key set")
        self.assertStatus(validator.validate(token(other, issuer.origin)), mxauth.OK)
        self.assertEqual(mxauth.name(validator.validate(old_token)), "MXAUTH_SIGNATURE_INVALID")

    def test_unknown_key_while_the_issuer_is_away(self):
        """Whether the key exists cannot be said, so it is no refusal."""
        issuer, validator, clock, _, good = self.warm()
        issuer.routes["/jwks"] = Reply(status=503)
        forged = Forger(issuer.origin).token("forged")
        for _ in range(6):
            self.assertStatus(validator.wait(forged), mxauth.KEYS_UNAVAILABLE)
            self.assertStatus(validator.validate(forged), mxauth.KEYS_UNAVAILABLE)
            self.assertStatus(validator.validate(good), mxauth.OK)
            clock.advance(2)
        self.assertWithin(3, issuer.count("/jwks"), 1 + 6)
