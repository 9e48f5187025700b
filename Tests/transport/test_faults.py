# SPDX-License-Identifier: Apache-2.0
import datetime

import mxauth
from drivers import DRIVER
from faults import TIMERS, FaultCase
from issuer import Reply
from tokens import key_set, new_key, token

# For issuers that never come to an end; elsewhere an exchange may be slow on a busy machine.
SHORT = (("exchange_timeout", "1"),)
OAUTH = "/.well-known/oauth-authorization-server"


class Faults(FaultCase):
    def reply(self, reply, result, **more):
        issuer, validator, clock, key, good = self.warm(*TIMERS, **more)

        def mend():
            issuer.released.set()
            issuer.routes["/jwks"] = Reply(key_set(key))

        self.go_through(validator, clock, good, lambda: issuer.routes.update({"/jwks": reply}), mend, result)
        return issuer, validator

    def test_connection_refused(self):
        issuer, validator, clock, _, good = self.warm(*TIMERS)
        self.go_through(validator, clock, good, issuer.stop, issuer.start, "unreachable")

    def test_hang(self):
        self.reply(Reply(trouble="hang"), DRIVER.label("timed_out", "unreachable"), common=SHORT)

    def test_drip(self):
        body = Reply(key_set(new_key("x"))).body
        self.reply(Reply(body, trouble="drip"), DRIVER.label("timed_out", "unreachable"), common=SHORT)

    def test_truncated_body(self):
        self.reply(Reply(key_set(new_key("first")), trouble="truncate"), "unreachable")

    def test_content_type(self):
        self.reply(Reply(key_set(new_key("first")), content_type="text/html"), "content_type")

    def test_status_500(self):
        self.reply(Reply(status=500), "http_status")

    def test_status_404(self):
        self.reply(Reply(status=404), "http_status")

    def test_status_204(self):
        self.reply(Reply(status=204, content_type=None), "http_status")

    def test_huge_body(self):
        self.reply(Reply(b" " * (10 << 20) + b'{"keys":[]}'), "too_large")

    def test_huge_headers(self):
        """More than a megabyte of them, line by line."""
        self.reply(
            Reply(key_set(new_key("first")), headers=[(f"X-{n}", "x" * 1000) for n in range(1100)]),
            DRIVER.label("too_large", "unreachable"))

    def test_not_json(self):
        self.reply(Reply(b"{'keys': []}"), "not_json")

    def test_empty_body(self):
        self.reply(Reply(b""), "not_json")

    def test_empty_object(self):
        self.reply(Reply({}), "not_json")

    def test_no_keys(self):
        self.reply(Reply({"keys": []}), "no_usable_key")

    def test_no_usable_key(self):
        secret = {"kty": "oct", "kid": "first", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"}
        self.reply(Reply({"keys": [secret]}), "no_usable_key")

    def test_redirect_to_another_host(self):
        other = self.issuer()
        other.routes["/jwks"] = Reply(key_set(new_key("first")))
        self.reply(Reply(status=302, headers={"Location": other.origin + "/jwks"}), "redirect")
        self.assertEqual(other.requests, [])

    def test_redirect_loop(self):
        issuer, _ = self.reply(Reply(status=307, headers={"Location": "/jwks"}), "redirect")
        self.assertLessEqual(issuer.count("/jwks"), 1 + 3 * 4 + 1)

    def test_redirect_without_location(self):
        self.reply(Reply(status=301), "redirect")

    def test_redirect_within_the_origin_is_followed(self):
        issuer, validator, clock, key, good = self.warm(*TIMERS)
        issuer.routes["/a"] = Reply(status=308, headers={"Location": "/b?c=d"})
        issuer.routes["/jwks"] = Reply(status=302, headers={"Location": issuer.origin + "/a"})
        new = new_key("second")
        issuer.routes["/b?c=d"] = Reply(key_set(key, new))
        self.assertStatus(validator.wait(token(new, issuer.origin)), mxauth.OK)
        self.assertEqual(issuer.paths(), ["/jwks", "/jwks", "/a", "/b?c=d"])
        self.assertEqual(validator.exchanges("forwarded"), 2)
        self.assertEqual(validator.stats.exchanges_failed, 0)

    def test_metadata_of_another_issuer(self):
        issuer, clock, key = self.issuer(), mxauth.Clock(), new_key("first")
        good_routes = {
            OAUTH: Reply({"issuer": issuer.origin, "jwks_uri": issuer.origin + "/jwks"}),
            "/jwks": Reply(key_set(key))}
        issuer.routes |= good_routes
        # At most 9 s fresh, so that each fetch looks for the address again.
        validator = self.validator(
            ("refresh_max", "9"), ("refresh_min", "1"), ("stale_limit", "21"), issuer=issuer, clock=clock)
        good = token(key, issuer.origin)
        self.assertStatus(validator.wait(good), mxauth.OK)
        self.go_through(
            validator, clock, good,
            lambda: issuer.routes.update({
                OAUTH: Reply({"issuer": "https://elsewhere.test", "jwks_uri": issuer.origin + "/jwks"})}),
            lambda: issuer.routes.update(good_routes), "other_issuer")

    def retry_after(self, status):
        issuer, validator, clock, key, good = self.warm(*TIMERS, ("retry_max", "25"))
        for asked, low, high in (("15", 15_000, 15_000), ("0", 1000, 2000), ("9999999999999", 25_000, 25_000)):
            issuer.routes["/jwks"] = Reply(status=status, headers={"Retry-After": asked})
            before = issuer.count("/jwks")
            clock.advance(validator.deadline / 1000 + 0.001)
            self.settle(validator, good, mxauth.OK)
            self.assertWithin(low, validator.deadline, high)
            self.assertEqual(issuer.count("/jwks"), before + 1)
            if asked == "0":
                self.assertEqual(validator.stats.key_sets, 1)
                issuer.routes["/jwks"] = Reply(key_set(key))
                clock.advance(2)
                self.settle(validator, good, mxauth.OK)
        clock.advance(22)
        self.assertWaits(validator, good, 250, mxauth.KEYS_UNAVAILABLE)
        self.assertEqual(issuer.count("/jwks"), before + 1)
        issuer.routes["/jwks"] = Reply(key_set(key))
        clock.advance(3.1)
        self.assertStatus(validator.wait(good), mxauth.OK)
        self.assertEqual(validator.exchanges("http_status"), 3)

    def test_status_503_with_retry_after(self):
        self.retry_after(503)

    def test_status_429_with_retry_after(self):
        self.retry_after(429)

    def test_retry_after_as_a_date(self):
        """RFC 9110 section 10.2.3: the other form that it may have."""
        issuer, validator, clock, _, good = self.warm(*TIMERS)
        moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=120)
        date = "%a, %d %b %Y %H:%M:%S GMT"
        issuer.routes["/jwks"] = Reply(status=503, headers={"Retry-After": moment.strftime(date)})
        clock.advance(9.6)
        self.settle(validator, good, mxauth.OK)
        self.assertWithin(100_000, validator.deadline, 125_000)
