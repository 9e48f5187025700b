# SPDX-License-Identifier: Apache-2.0
import os
import time
from email.utils import formatdate

import mxauth
from harness import Case
from issuer import Reply
from tokens import key_set, new_key, token


class Freshness(Case):
    def refresh(self, validator, clock, good, seconds):
        """Lets time pass, has a token notice it, and waits for the fetch that follows."""
        before = validator.settled
        clock.advance(seconds)
        status = validator.validate(good)
        self.until(lambda: validator.settled > before, "a fetch")
        return status

    def test_lifetime_of_a_response(self):
        issuer, validator, clock, key, good = self.warm(
            ("refresh_min", "60"), ("refresh_default", "300"), ("refresh_max", "1000"))
        now = time.time()
        dates = {"Expires": formatdate(now + 400, usegmt=True), "Cache-Control": "public"}
        cases = [
            ({}, 300), ({"Cache-Control": "max-age=200"}, 200), ({"Cache-Control": "public, Max-Age=200"}, 200),
            ({"Cache-Control": 'max-age="200"'}, 200), ({"Cache-Control": "max-age=5"}, 60),
            ({"Cache-Control": "max-age=99999999999999999999"}, 1000), ({"Cache-Control": "no-store"}, 60),
            ({"Cache-Control": "no-cache, max-age=500"}, 60), ({"Cache-Control": "max-age=x"}, 60),
            ({"Cache-Control": "max-age=200", "Age": "50"}, 150), ({"Expires": "0"}, 60), (dates, 400),
        ]
        for headers, lifetime in cases:
            with self.subTest(headers=headers):
                issuer.routes["/jwks"] = Reply(key_set(key), headers=headers)
                self.assertStatus(self.refresh(validator, clock, good, 1000), mxauth.OK)
                self.assertWithin(lifetime * 800, validator.deadline, lifetime * 950)
        self.assertEqual(issuer.count("/jwks"), 1 + len(cases))

    def test_cache_control_in_two_lines(self):
        issuer, validator, clock, key, good = self.warm()
        issuer.routes["/jwks"] = Reply(
            key_set(key), headers=[("Cache-Control", "public"), ("Cache-Control", "max-age=200")])
        self.refresh(validator, clock, good, 3600)
        self.assertWithin(160_000, validator.deadline, 190_000)

    def test_no_fetch_before_its_time(self):
        issuer, validator, clock, _, good = self.warm(("refresh_default", "1000"))
        clock.advance(799)
        for _ in range(100):
            self.assertStatus(validator.validate(good), mxauth.OK)
        self.assertGreater(validator.deadline, 0)
        self.assertEqual(issuer.count("/jwks"), 1)
        self.refresh(validator, clock, good, 200)
        self.assertEqual(issuer.count("/jwks"), 2)

    def conditional(self, name, value, asks):
        issuer, validator, clock, key, good = self.warm(("refresh_default", "100"))

        def reply(headers):
            if headers.get(asks) == value:
                return Reply(status=304, headers={name: value})
            return Reply(key_set(key), headers={name: value})

        issuer.routes["/jwks"] = reply
        self.refresh(validator, clock, good, 96)
        self.assertEqual(validator.stats.key_sets_unchanged, 0)
        for round_ in (1, 2):
            self.assertStatus(self.refresh(validator, clock, good, 96), mxauth.OK)
            self.assertEqual(validator.stats.key_sets_unchanged, round_)
            self.assertEqual(issuer.last_headers("/jwks")[asks], value)
            self.assertWithin(80_000, validator.deadline, 95_000)
        self.assertStatus(validator.validate(good), mxauth.OK)
        self.assertEqual(validator.exchanges("not_modified"), 2)
        self.assertEqual(validator.stats.key_sets_replaced, 2)

    def test_etag(self):
        self.conditional("ETag", '"v1"', "If-None-Match")

    def test_last_modified(self):
        self.conditional("Last-Modified", "Mon, 23 Nov 2026 08:49:37 GMT", "If-Modified-Since")

    def test_not_modified_without_a_set_is_a_failure(self):
        issuer = self.issuer()
        issuer.routes["/jwks"] = Reply(status=304)
        validator = self.validator(("jwks_uri", issuer.origin + "/jwks"), issuer=issuer)
        good = token(new_key("k"), issuer.origin)
        self.assertStatus(validator.wait(good), mxauth.KEYS_UNAVAILABLE)
        self.assertEqual(validator.exchanges("http_status"), 1)

    def test_failures_back_off(self):
        issuer, validator, clock, _, good = self.warm(("refresh_default", "100"), ("retry_max", "8"))
        issuer.routes["/jwks"] = Reply(status=500)
        self.refresh(validator, clock, good, 96)
        for longest in (1, 2, 4, 8, 8):
            self.assertWithin(longest * 500, validator.deadline, longest * 1000)
            self.refresh(validator, clock, good, 8)

    def test_names_of_versions_cannot_add_header_lines(self):
        """Neither to the request nor to what a host makes of it."""
        for value in (b'"a\rX-Other: 1"', b'"a\0b"', b'"a\x0bX-Other: 1"'):
            issuer, key, clock = self.issuer(), new_key("first"), mxauth.Clock()
            validator = self.validator(
                ("jwks_uri", issuer.origin + "/jwks"), ("refresh_max", "60"), issuer=issuer, clock=clock, drive=False)
            exchange = validator.next_exchange()
            head = b"ETag: " + value + b"\r\nLast-Modified: " + value + b"\r\n"
            self.assertStatus(validator.complete(exchange.id, 200, head, Reply(key_set(key)).body), mxauth.OK)
            clock.advance(58)
            lines = validator.next_exchange().headers.decode()
            self.assertEqual([line.split(":")[0] for line in lines.splitlines()], ["Accept"])

    def test_host_may_be_late(self):
        """An exchange that is over time counts as failed, and its response comes too late."""
        issuer = self.issuer()
        clock = mxauth.Clock()
        validator = self.validator(
            ("jwks_uri", issuer.origin + "/jwks"), issuer=issuer, clock=clock, drive=False,
            common=(("exchange_timeout", "1"),))
        verdict = validator.verdict(token(new_key("k"), issuer.origin))
        self.assertStatus(verdict.status, mxauth.PENDING)
        exchange = validator.next_exchange()
        self.assertEqual(exchange.id, verdict.exchange)
        self.assertEqual(exchange.url.decode(), issuer.origin + "/jwks")
        self.assertEqual(exchange.timeout_ms, 1000)
        self.assertWithin(1, validator.deadline, 1000)
        identity = exchange.id
        clock.advance(1.5)
        self.assertIsNone(validator.next_exchange())
        self.assertEqual(validator.exchanges("timed_out"), 1)
        self.assertStatus(validator.complete(identity, 200, b"", b"{}"), mxauth.EXCHANGE_UNKNOWN)


class KeyFile(Case):
    def setUp(self):
        self.path = os.path.join(self.folder(), "keys.json")
        self.old, self.new = new_key("old"), new_key("new")
        self.clock = mxauth.Clock()
        self.name = "urn:example:file"

    def write(self, text):
        with open(self.path + ".new", "wb") as file:
            file.write(text if isinstance(text, bytes) else Reply(text).body)
        os.replace(self.path + ".new", self.path)

    def look(self, seconds):
        self.clock.advance(seconds)
        self.assertIsNone(self.v.next_exchange())

    def start(self):
        self.v = self.validator(("keys_file", self.path), issuer=None, name=self.name, clock=self.clock)
        self.old_token, self.new_token = token(self.old, self.name), token(self.new, self.name)

    def test_file_is_read_again_when_it_changes(self):
        self.write(key_set(self.old))
        self.start()
        self.assertStatus(self.v.validate(self.old_token), mxauth.OK)
        self.assertStatus(self.v.validate(self.new_token), mxauth.KEY_UNKNOWN)
        self.assertWithin(1, self.v.deadline, 5000)
        lines = len(self.v.log)
        self.look(5)
        self.assertEqual(len(self.v.log), lines, "an unchanged file is not read")
        self.write(key_set(self.new))
        self.look(1)
        self.assertStatus(self.v.validate(self.old_token), mxauth.OK)
        self.look(5)
        self.assertStatus(self.v.validate(self.new_token), mxauth.OK)
        self.assertStatus(self.v.validate(self.old_token), mxauth.KEY_UNKNOWN)

    def test_keys_outlive_a_broken_file(self):
        self.write(key_set(self.old))
        self.start()
        for broken in (b"{", b"", b'{"keys":[]}', None):
            if broken is None:
                os.remove(self.path)
            else:
                self.write(broken)
            for _ in range(5):
                self.look(5)
            self.assertStatus(self.v.validate(self.old_token), mxauth.OK)
        self.look(1_000_000)
        self.assertStatus(self.v.validate(token(self.old, self.name, exp=4_000_000_000)), mxauth.OK)
        self.assertTrue(any(level == mxauth.WARNING and "key file" in line for level, line in self.v.log))

    def test_mended_file_is_noticed_as_soon_as_a_changed_one(self):
        self.write(key_set(self.old))
        self.start()
        self.write(b"{")
        for _ in range(20):
            self.look(5)
            self.assertWithin(0, self.v.deadline, 5000)
        self.write(key_set(self.new))
        self.look(5.1)
        self.assertStatus(self.v.validate(self.new_token), mxauth.OK)

    def test_file_that_comes_later(self):
        self.start()
        self.assertStatus(self.v.validate(self.old_token), mxauth.KEYS_UNAVAILABLE)
        self.write(key_set(self.old))
        self.look(5.1)
        self.assertStatus(self.v.validate(self.old_token), mxauth.OK)
