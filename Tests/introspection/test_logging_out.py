# SPDX-License-Identifier: Apache-2.0
"""mxauth_revoke_at_issuer: log-out as a request to the issuer (MSC4254, RFC 7009)."""
import json
import os
import signal

import mxauth
from callers import Basic, Post
from drivers import DRIVER
from endpoint import SECRET
from introspecting import BEARER
from issuer import Reply
from logging_out import PATH, LogoutCase, RevocationEndpoint
from masform import mas_token
from tokens import key_set, new_key

US = (("client_id", "us"), ("client_secret", "x y"))


class Requests(LogoutCase):
    def test_good(self):
        """At once here, then at the issuer, which ends both tokens of the pair."""
        self.begin(("cache_ttl", "3600"))
        access, refresh = self.pair()
        self.assertStatus(self.v.wait(access), mxauth.OK)
        self.assertStatus(self.ask(access, client_id=b"app"), mxauth.OK)
        self.assertStatus(self.v.validate(access), mxauth.REVOKED)
        self.assertNotIn(access, self.endpoint.tokens)
        self.assertEqual(self.v.exchanges("revocation"), 1)
        self.assertStatus(self.ask(refresh, mxauth.HINT_REFRESH, b"app"), mxauth.OK)
        self.assertEqual([request.form for request in self.revocation.requests], [
            {"token": access.decode(), "token_type_hint": "access_token", "client_id": "app"},
            {"token": refresh.decode(), "token_type_hint": "refresh_token", "client_id": "app"}])
        for request in self.revocation.requests:
            self.assertEqual(request.headers_of("Authorization"), [])

    def test_refused_here_before_the_issuer_answers(self):
        self.begin(("cache_ttl", "3600"), drive=False)
        access, _ = self.pair()
        self.assertStatus(self.ask(access, milliseconds=0), mxauth.PENDING)
        self.assertStatus(self.v.validate(access), mxauth.REVOKED)
        exchange = self.v.next_exchange()
        self.assertEqual((exchange.method, exchange.url.decode()), (b"POST", self.revocation.url))
        for _ in range(3):
            self.assertStatus(self.ask(access, milliseconds=0), mxauth.PENDING)
        self.assertIsNone(self.v.next_exchange(), "asked once however often it is wanted")
        self.v.complete(exchange.id, 200)
        self.assertStatus(self.ask(access, milliseconds=0), mxauth.OK)
        # What came of it is said once: this is another request.
        self.assertStatus(self.ask(access, milliseconds=0), mxauth.PENDING)

    def test_refresh_token_ends_the_access_token_at_the_issuer(self):
        self.begin()
        access, refresh = self.pair()
        self.assertStatus(self.ask(refresh, mxauth.HINT_REFRESH), mxauth.OK)
        self.assertStatus(self.v.wait(access), mxauth.TOKEN_INACTIVE)

    def test_unknown_token_is_no_error(self):
        self.begin()
        for token in (mas_token(), b"what is this?", "tökén".encode()):
            self.assertStatus(self.ask(token, mxauth.HINT_NONE), mxauth.OK)
            self.assertEqual(self.revocation.requests[-1].form, {"token": token.decode()})

    def test_jwts(self):
        self.server = self.issuer()
        self.with_jwts(("revocation_uri", self.server.origin + PATH), ("cache_ttl", "3600"), server=self.server)
        self.revocation = RevocationEndpoint(self.endpoint, self.server)
        token = self.jwt(username="alice", scope="urn:matrix:client:api:*")
        self.assertStatus(self.v.wait(token), mxauth.OK)
        self.assertStatus(self.ask(token), mxauth.OK)
        self.assertStatus(self.v.validate(token), mxauth.REVOKED)

    def test_own_credentials(self):
        for method, caller in (("client_secret_basic", Basic), ("client_secret_post", Post)):
            with self.subTest(method):
                self.begin(auth=(("client_auth", method), *US), caller=caller("us", "x y"))
                self.assertStatus(self.ask(mas_token()), mxauth.OK)
                # A public client proves nothing, and our secret is not for it.
                self.assertStatus(self.ask(mas_token(), client_id=b"a&b=c"), mxauth.ISSUER_REFUSES_US)
                last = self.revocation.requests[-1]
                self.assertEqual(last.form["client_id"], "a&b=c")
                self.assertEqual((last.form.get("client_secret"), last.headers_of("Authorization")), (None, []))

    def test_nobody_in_particular(self):
        """MSC4254: a leaked token is revoked whoever found it."""
        server = self.issuer()
        self.clock = mxauth.Clock()
        self.v = self.validator(
            ("keys", json.dumps(key_set(new_key("first")))), ("revocation_uri", server.origin + PATH), issuer=server,
            clock=self.clock)
        self.revocation = RevocationEndpoint(None, server)
        self.assertStatus(self.ask(mas_token()), mxauth.OK)
        self.assertEqual(set(self.revocation.requests[-1].form), {"token", "token_type_hint"})
        self.assertEqual(self.revocation.requests[-1].headers_of("Authorization"), [])


class Trouble(LogoutCase):
    def test_answers(self):
        table = {
            200: mxauth.OK, 201: mxauth.ANSWER_INVALID, 204: mxauth.ANSWER_INVALID, 302: mxauth.ISSUER_UNAVAILABLE,
            400: mxauth.ISSUER_REFUSES_US, 401: mxauth.ISSUER_REFUSES_US, 403: mxauth.ISSUER_REFUSES_US,
            404: mxauth.ISSUER_UNAVAILABLE, 405: mxauth.ISSUER_UNAVAILABLE, 410: mxauth.ISSUER_UNAVAILABLE,
            429: mxauth.ISSUER_UNAVAILABLE, 500: mxauth.ISSUER_UNAVAILABLE, 503: mxauth.ISSUER_UNAVAILABLE}
        self.begin()
        for http, expected in table.items():
            with self.subTest(http):
                access, _ = self.pair()
                self.revocation.reply = Reply(b"", http, headers={"Location": "/elsewhere"}, content_type=None)
                count = len(self.revocation.requests)
                self.assertStatus(self.ask(access), expected)
                self.assertStatus(self.v.validate(access), mxauth.REVOKED)
                self.revocation.reply = None
                self.assertStatus(self.ask(access), mxauth.OK)
                self.assertEqual(len(self.revocation.requests), count + 2, "redirects are not followed")

    def test_away(self):
        self.begin()
        access, _ = self.pair()
        self.server.stop()
        self.assertStatus(self.ask(access), mxauth.ISSUER_UNAVAILABLE)
        self.assertStatus(self.v.validate(access), mxauth.REVOKED)
        self.assertEqual(self.v.describe(mxauth.ISSUER_UNAVAILABLE).http_status, 503)

    def test_too_late(self):
        self.begin(drive=False)
        access, _ = self.pair()
        self.assertStatus(self.ask(access, milliseconds=0), mxauth.PENDING)
        identity = self.v.next_exchange().id
        self.clock.advance(6)
        self.assertEqual(self.v.complete(identity, 200), mxauth.EXCHANGE_UNKNOWN)
        self.assertStatus(self.ask(access, milliseconds=0), mxauth.ISSUER_UNAVAILABLE)
        self.assertStatus(self.ask(access, milliseconds=0), mxauth.PENDING)

    def test_waiting_has_an_end(self):
        self.begin(drive=False)
        self.assertStatus(self.ask(mas_token(), milliseconds=50), mxauth.TIMED_OUT)

    def test_misuse(self):
        self.begin(common=(("max_token_bytes", "256"),))
        cases = [
            (dict(token=b""), mxauth.MISUSE), (dict(token=b"a" * 257), mxauth.MISUSE), (dict(token=b"\xff"), mxauth.MISUSE),
            (dict(hint=3), mxauth.MISUSE), (dict(hint=2**32 - 1), mxauth.MISUSE), (dict(client_id=b""), mxauth.MISUSE),
            (dict(client_id=b"a" * 1025), mxauth.MISUSE), (dict(client_id=b"\xff"), mxauth.MISUSE),
            (dict(issuer=1), mxauth.ISSUER_UNKNOWN), (dict(issuer=2**32 - 1), mxauth.ISSUER_UNKNOWN)]
        for arguments, expected in cases:
            with self.subTest(arguments):
                self.assertStatus(self.ask(**{"token": mas_token()} | arguments), expected)
        self.assertEqual((self.revocation.requests, self.v.stats.revocations), ([], 0))

    def test_no_room_here(self):
        """Nothing is asked of the issuer that we could not do ourselves."""
        self.begin(common=(("revocation_bytes", "65536"),))
        while self.v.revoke(mxauth.REVOKE_JTI, os.urandom(8).hex().encode()) == mxauth.OK:
            pass
        self.assertStatus(self.ask(mas_token()), mxauth.REVOCATIONS_FULL)
        self.assertEqual(self.revocation.requests, [])

    def test_so_many_at_once(self):
        self.begin(drive=False)
        tokens = [mas_token() for _ in range(1025)]
        for token in tokens[:-1]:
            self.assertStatus(self.ask(token, milliseconds=0), mxauth.PENDING)
        self.assertStatus(self.ask(tokens[-1], milliseconds=0), mxauth.ISSUER_BUSY)
        self.v.complete(self.v.next_exchange().id, 200)
        self.assertStatus(self.ask(tokens[-1], milliseconds=0), mxauth.PENDING)
        # What came of the first made room: it is asked again.
        self.assertStatus(self.ask(tokens[0], milliseconds=0), mxauth.ISSUER_BUSY)

    def test_forked_child_asks_for_itself(self):
        self.begin(drive=False)
        access, _ = self.pair()
        self.assertStatus(self.ask(access, milliseconds=0), mxauth.PENDING)
        child = os.fork()
        if not child:
            signal.alarm(20)
            driver = DRIVER(self.v, None)
            status = self.ask(access)
            driver.stop()
            os._exit(0 if status == mxauth.OK else 1)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
        self.assertEqual(len(self.revocation.requests), 1)
        self.assertStatus(self.ask(access, milliseconds=0), mxauth.PENDING)

    def test_threads(self):
        self.begin()
        tokens = [self.pair()[0] for _ in range(20)]
        statuses = mxauth.on_threads(4, lambda _: [self.ask(token) for token in tokens])
        self.assertEqual({status for each in statuses for status in each}, {mxauth.OK})
        self.assertLessEqual(len(self.revocation.requests), 80)


class Discovery(LogoutCase):
    def discover(self, metadata, *options, clock=None):
        self.server = self.issuer()
        self.clock = clock or mxauth.Clock()
        document = {"issuer": self.server.origin} | metadata(self.server.origin)
        self.server.routes["/.well-known/oauth-authorization-server"] = Reply(document)
        self.v = self.validator(
            ("tokens", "opaque"), *BEARER, *options, issuer=self.server, clock=self.clock, audience=None)
        self.revocation = RevocationEndpoint(None, self.server)

    def test_metadata(self):
        self.discover(lambda origin: {"revocation_endpoint": origin + PATH})
        self.assertStatus(self.ask(mas_token()), mxauth.OK)
        self.assertStatus(self.ask(mas_token()), mxauth.OK)
        self.assertEqual(self.server.paths(), ["/.well-known/oauth-authorization-server", PATH, PATH])
        self.assertEqual(self.revocation.requests[0].headers_of("Authorization"), [f"Bearer {SECRET}"])

    def test_metadata_without_it(self):
        for metadata in (
                {}, {"revocation_endpoint": "http://example.org/revoke"}, {"revocation_endpoint": 7},
                {"revocation_endpoint": "/oauth2/revoke"}):
            with self.subTest(metadata):
                self.discover(lambda _, metadata=metadata: metadata)
                token = mas_token()
                self.assertStatus(self.ask(token), mxauth.CONFIG_INCOMPLETE)
                self.assertStatus(self.v.validate(token), mxauth.REVOKED)

    def test_metadata_away(self):
        self.discover(lambda origin: {"revocation_endpoint": origin + PATH})
        self.server.stop()
        self.assertStatus(self.ask(mas_token()), mxauth.ISSUER_UNAVAILABLE)

    def test_endpoint_that_moves(self):
        self.discover(lambda origin: {"revocation_endpoint": origin + "/old"})
        token = mas_token()
        self.assertStatus(self.ask(token), mxauth.ISSUER_UNAVAILABLE)
        self.server.routes["/.well-known/oauth-authorization-server"] = Reply(
            {"issuer": self.server.origin, "revocation_endpoint": self.server.origin + PATH})
        self.assertStatus(self.ask(token), mxauth.OK)

    def test_keys_without_metadata(self):
        server = self.issuer()
        self.v = self.validator(("jwks_uri", server.origin + "/jwks"), issuer=server, drive=False)
        self.assertStatus(self.ask(mas_token()), mxauth.CONFIG_INCOMPLETE)

    def test_options(self):
        for value in ("http://example.org/revoke", "ftp://example.org/", "/revoke", ""):
            with self.subTest(value):
                with self.assertRaises(mxauth.Refused) as refused:
                    self.validator(("revocation_uri", value), issuer=self.issuer(), drive=False)
                self.assertStatus(refused.exception.status, mxauth.OPTION_INVALID, mxauth.CONFIG_INCOMPLETE)
                self.assertIn("issuer.revocation_uri", str(refused.exception))
