# SPDX-License-Identifier: Apache-2.0
"""Whatever an issuer does wrong: known keys serve up to the stale limit, then nothing is decided until it recovers."""
import mxauth
from harness import Case

# Fresh for 10 s, fetched anew at 8 to 9.5 s, served until 30 s.
TIMERS = (("refresh_min", "1"), ("refresh_default", "10"), ("stale_limit", "20"))


class FaultCase(Case):
    def settle(self, validator, good, expected):
        """One token that makes a fetch due, and what becomes of the fetch."""
        before = validator.settled
        self.assertStatus(validator.validate(good), expected)
        self.until(lambda: validator.settled > before, "the end of an exchange")
        # A redirect or another document is one more exchange of the same fetch.
        self.until(lambda: "mxauth_key_set_next_fetch_seconds{" in validator.metrics(), "the end of a fetch")

    def go_through(self, validator, clock, good, break_, mend, result):
        """The clock stands at the first fetch. `result` is the failure's label in the metrics."""
        break_()
        clock.advance(9.6)
        self.settle(validator, good, mxauth.OK)
        self.assertStatus(validator.validate(good), mxauth.OK)
        self.assertGreaterEqual(validator.exchanges(result), 1, validator.log)
        self.assertEqual(validator.exchanges("key_set"), 1)
        clock.advance(29 - 9.6)
        self.settle(validator, good, mxauth.OK)
        self.assertStatus(validator.wait(good), mxauth.OK)
        self.assertIn("mxauth_key_set_serving{issuer=", validator.metrics())
        self.assertEqual(validator.stats.key_sets, 1)
        clock.advance(32 - 29)
        self.assertWaits(validator, good, 250, mxauth.KEYS_UNAVAILABLE, mxauth.TIMED_OUT)
        self.assertWaits(validator, good, 5000, mxauth.KEYS_UNAVAILABLE)
        self.assertWaits(validator, good, 5000, mxauth.KEYS_UNAVAILABLE)
        self.assertStatus(validator.validate(good), mxauth.KEYS_UNAVAILABLE)
        self.assertEqual(validator.stats.key_sets, 0)
        self.assertGreaterEqual(validator.exchanges(result), 2)
        self.assertTrue(any(
            level == mxauth.WARNING and line.endswith("failed: " + result) for level, line in validator.log))
        mend()
        clock.advance(60)
        self.assertStatus(validator.wait(good), mxauth.OK)
        self.assertEqual(validator.stats.key_sets, 1)
