# SPDX-License-Identifier: Apache-2.0
"""Whatever an endpoint does wrong: the token is neither accepted nor called unknown, and is asked for again soon."""
import json

import mxauth
from answers import INACTIVE_BODY, answer
from introspecting import IntrospectionCase
from issuer import Reply

UNAVAILABLE, REFUSED, INVALID = mxauth.ISSUER_UNAVAILABLE, mxauth.ISSUER_REFUSES_US, mxauth.ANSWER_INVALID
# For issuers that never come to an end; elsewhere an exchange may be slow on a busy machine.
SHORT = (("exchange_timeout", "1"),)


class Faults(IntrospectionCase):
    def setUp(self):
        self.begin()

    def begin(self, **more):
        self.start(("breaker_threshold", "1000"), **more)
        self.good = json.dumps(answer(self.clock)).encode()

    def go_through(self, break_, mend, *expected):
        token = self.opaque()
        before = self.endpoint.count
        break_(token)
        status = self.v.wait(token, 8000)
        self.assertStatus(status, *expected)
        info = self.v.describe(status)
        self.assertEqual((info.http_status, info.errcode, info.soft_logout), (503, b"M_UNKNOWN", 0))
        self.assertStatus(self.v.validate(token), status)
        self.assertEqual(self.v.verdict(token).user_id.length, 0)
        self.assertLessEqual(self.endpoint.count, before + 1, "one question only")
        mend(token)
        self.clock.advance(1.1)
        self.assertStatus(self.v.wait(token), mxauth.OK)
        self.assertLessEqual(self.endpoint.count, before + 2)

    def reply(self, reply, *expected):
        """Instead of what the endpoint would say; after it, another token is no worse off."""
        def break_(_):
            self.endpoint.broken = reply

        def mend(_):
            self.server.released.set()
            self.endpoint.broken = None

        self.go_through(break_, mend, *expected)
        self.server.released.clear()

    def table(self, rows, *expected):
        for name, reply in rows:
            with self.subTest(name):
                self.reply(reply, *expected)

    def test_status(self):
        expected = {401: REFUSED, 403: REFUSED}
        for status in (400, 401, 403, 404, 405, 408, 410, 413, 415, 418, 429, 500, 501, 502, 503, 504, 599):
            for body in (self.good, INACTIVE_BODY, b"", b"<html>"):
                with self.subTest(status, body=body[:20]):
                    one = expected.get(status)
                    self.reply(Reply(body, status), *([one] if one else [UNAVAILABLE, INVALID]))

    def test_status_5xx_and_429_are_the_issuers(self):
        for status in (500, 502, 503, 429):
            with self.subTest(status):
                self.reply(Reply(b"", status, content_type=None), UNAVAILABLE)

    def test_other_statuses_of_success(self):
        for status in (201, 202, 203, 206, 226):
            with self.subTest(status):
                self.reply(Reply(self.good, status), UNAVAILABLE, INVALID)
        self.reply(Reply(b"", 204, content_type=None), INVALID)

    def test_redirects_are_not_followed(self):
        other = self.issuer()
        seen = []
        other.forms["/"] = self.server.forms["/elsewhere"] = lambda *_: seen.append(1) or Reply(self.good)
        other.routes["/"] = self.server.routes["/elsewhere"] = Reply(self.good)
        for status in (300, 301, 302, 303, 304, 307, 308):
            for target in (other.origin + "/", self.server.origin + "/elsewhere", self.endpoint.url, ""):
                with self.subTest(status, target=target):
                    headers = {"Location": target} if target else {}
                    self.reply(Reply(self.good, status, headers), UNAVAILABLE, INVALID)
        self.assertEqual((seen, other.requests, self.server.count("/elsewhere")), ([], [], 0))

    def test_content_types(self):
        rows = [(str(kind), Reply(self.good, content_type=kind)) for kind in (
            "text/html", "text/plain", "application/octet-stream", "application/x-www-form-urlencoded",
            "application/jsonx", "application/token-introspection+jwt")]
        self.table(rows, INVALID)

    def test_html_with_200(self):
        """What proxies and captive portals do."""
        for kind in ("text/html", "application/json", None):
            with self.subTest(kind):
                self.reply(Reply(b"<!DOCTYPE html><title>Sign in</title>", content_type=kind), INVALID)

    def test_bodies_that_are_no_object(self):
        good = self.good
        rows = [
            ("empty", b""), ("blank", b"  \r\n"), ("array", b"[" + good + b"]"), ("string", b'"active"'),
            ("number", b"1"), ("true", b"true"), ("null", b"null"), ("two", good + good), ("trailing", good + b"x"),
            ("trailing NUL", good + b"\0"), ("leading", b"x" + good), ("byte order mark", b"\xef\xbb\xbf" + good),
            ("half", good[:len(good) // 2]), ("unclosed", good[:-1]), ("comma", good[:-1] + b",}"),
            ("quotes", good.replace(b'"', b"'")), ("comment", b"/**/" + good),
            ("UTF-16", good.decode().encode("utf-16")), ("invalid UTF-8", good.replace(b"alice", b"al\xffce")),
            ("overlong", good.replace(b"alice", b"al\xc0\xafce")),
            ("surrogate", good.replace(b"alice", b"al\xed\xa0\x80ce")),
            ("lone surrogate", good.replace(b"alice", b"al\\ud800ce")),
            ("NUL", good.replace(b"alice", b"ali\\u0000ce")),
            ("control character", good.replace(b"alice", b"ali\nce")), ("NaN", good[:-1] + b',"a":NaN}'),
            ("infinity", good[:-1] + b',"a":Infinity}'), ("01", good[:-1] + b',"a":01}'),
        ]
        self.table([(name, Reply(body)) for name, body in rows], INVALID)

    def test_duplicate_members(self):
        good = self.good[:-1]
        rows = [(member, Reply(good + member.encode() + b"}")) for member in (
            ',"active":true', ',"active":false', ',"username":"bob"', ',"scope":""', ',"x":1,"x":1',
            ',"\\u0061ctive":true', ',"a":{"b":1,"b":2}')]
        self.table(rows, INVALID)

    def test_deep_nesting(self):
        for opening, closing in (("[", "]"), ('{"a":', "}")):
            with self.subTest(opening):
                deep = opening * 9000 + "1" + closing * 9000
                self.reply(Reply(self.good[:-1] + b',"a":' + deep.encode() + b"}"), INVALID)

    def test_huge_body(self):
        spaces = Reply(b" " * (4 << 20) + self.good)
        self.reply(spaces, UNAVAILABLE, INVALID)

    def test_huge_headers(self):
        self.reply(
            Reply(self.good, headers=[(f"X-{n}", "x" * 1000) for n in range(1100)]), UNAVAILABLE, INVALID)

    def test_truncated_body(self):
        self.reply(Reply(self.good, trouble="truncate"), UNAVAILABLE, INVALID)

    def test_hang(self):
        self.begin(common=SHORT)
        self.reply(Reply(trouble="hang"), UNAVAILABLE)

    def test_drip(self):
        self.begin(common=SHORT)
        self.reply(Reply(self.good, trouble="drip"), UNAVAILABLE)

    def test_connection_refused(self):
        self.go_through(lambda _: self.server.stop(), lambda _: self.server.start(), UNAVAILABLE)

    def test_a_fault_is_of_its_token_only(self):
        bad, good = self.opaque(), self.opaque()
        self.endpoint.tokens[bad] = Reply(b"{")
        self.assertStatus(self.v.wait(bad), INVALID)
        self.assertStatus(self.v.wait(good), mxauth.OK)
        self.assertStatus(self.v.validate(bad), INVALID)

    def test_nothing_of_the_answer_is_logged(self):
        self.endpoint.broken = Reply(b'{"active":"confidential-answer"}')
        token = self.opaque()
        self.v.wait(token)
        self.assertTrue(self.v.log)
        self.assertNotIn("confidential", str(self.v.log))
        self.assertNotIn("confidential", self.v.explain(token))


class HostsMistakes(IntrospectionCase):
    """Answers that a host hands in by hand."""

    def exchange(self):
        self.start(drive=False)
        token = self.opaque()
        verdict = self.v.verdict(token)
        self.assertStatus(verdict.status, mxauth.PENDING)
        exchange = self.v.next_exchange()
        self.assertEqual(exchange.id, verdict.exchange)
        return token, exchange, json.dumps(answer(self.clock)).encode()

    def test_what_an_exchange_is(self):
        token, exchange, _ = self.exchange()
        self.assertEqual((exchange.method, exchange.url), (b"POST", self.endpoint.url.encode()))
        self.assertEqual(exchange.body_length, len(b"token=&token_type_hint=access_token") + len(token))
        self.assertWithin(1024, exchange.max_response, 1 << 20)

    def test_no_content_type(self):
        token, exchange, good = self.exchange()
        self.v.complete(exchange.id, 200, b"", good)
        self.assertStatus(self.v.validate(token), mxauth.OK, INVALID)

    def test_longer_than_asked_for(self):
        token, exchange, good = self.exchange()
        limit = exchange.max_response
        self.v.complete(exchange.id, 200, b"Content-Type: application/json\r\n", good.ljust(limit + 1))
        self.assertStatus(self.v.validate(token), UNAVAILABLE, INVALID)

    def test_no_response(self):
        token, exchange, _ = self.exchange()
        self.v.complete(exchange.id, 0)
        self.assertStatus(self.v.validate(token), UNAVAILABLE)

    def test_completed_twice(self):
        token, exchange, good = self.exchange()
        identity = exchange.id
        head = b"Content-Type: application/json\r\n"
        self.assertStatus(self.v.complete(identity, 200, head, INACTIVE_BODY), mxauth.OK)
        self.assertStatus(self.v.complete(identity, 200, head, good), mxauth.EXCHANGE_UNKNOWN)
        self.assertStatus(self.v.validate(token), mxauth.TOKEN_INACTIVE)

    def test_completed_late(self):
        token, exchange, good = self.exchange()
        identity = exchange.id
        self.clock.advance(6)
        self.assertIsNone(self.v.next_exchange())
        status = self.v.complete(identity, 200, b"Content-Type: application/json\r\n", good)
        self.assertStatus(status, mxauth.EXCHANGE_UNKNOWN)
        self.assertStatus(self.v.validate(token), UNAVAILABLE, mxauth.PENDING)
