# SPDX-License-Identifier: Apache-2.0
"""How we prove to an issuer who asks, with secrets: RFC 6749 section 2.3.1 and MAS's shared secret."""
import os

import mxauth
from callers import Basic, Bearer, Post
from endpoint import SECRET
from introspecting import BEARER, IntrospectionCase
from issuer import Reply

# Characters that are something else in a form, in an Authorization header, or in JSON.
AWKWARD = [
    "plain", "a:b", "100%", "%41", "two words", "1+1=2", "a&b=c", "sécrèt", "密码", "\"quoted\"", "back\\slash",
    "#?/;", "~._-*'()", "𝄞"]


def client(method, client_id, secret):
    return (("client_auth", method), ("client_id", client_id), ("client_secret", secret))


class Methods(IntrospectionCase):
    def assertAccepted(self, good=None):
        self.assertStatus(self.v.wait(good or self.opaque()), mxauth.OK)

    def assertRefusesUs(self):
        token = self.opaque()
        status = self.v.wait(token)
        self.assertStatus(status, mxauth.ISSUER_REFUSES_US)
        info = self.v.describe(status)
        self.assertEqual((info.http_status, info.errcode, info.soft_logout), (503, b"M_UNKNOWN", 0))
        return token

    def write(self, text):
        path = os.path.join(self.folder(), "secret")
        with open(path, "wb") as file:
            file.write(text)
        return path

    def test_basic(self):
        for client_id, secret in zip(AWKWARD, reversed(AWKWARD)):
            with self.subTest(client_id, secret=secret):
                self.start(auth=client("client_secret_basic", client_id, secret), caller=Basic(client_id, secret))
                self.assertAccepted()
                self.assertEqual(set(self.endpoint.last.form), {"token", "token_type_hint"})

    def test_basic_is_the_default(self):
        self.start(auth=(("client_id", "us"), ("client_secret", "x y")), caller=Basic("us", "x y"))
        self.assertAccepted()

    def test_post(self):
        for client_id, secret in zip(AWKWARD, reversed(AWKWARD)):
            with self.subTest(client_id, secret=secret):
                self.start(auth=client("client_secret_post", client_id, secret), caller=Post(client_id, secret))
                self.assertAccepted()
                self.assertEqual(self.endpoint.last.headers_of("Authorization"), [])
                self.assertEqual(
                    set(self.endpoint.last.form), {"token", "token_type_hint", "client_id", "client_secret"})

    def test_bearer(self):
        for secret in (SECRET, "abc+/-._~==", "A" * 512):
            with self.subTest(secret):
                self.start(auth=(("client_auth", "bearer"), ("client_secret", secret)), caller=Bearer(secret))
                self.assertAccepted()
                self.assertEqual(set(self.endpoint.last.form), {"token", "token_type_hint"})

    def test_secret_from_a_file(self):
        for content in (b"x:y z", b"x:y z\n", b"x:y z\r\n"):
            with self.subTest(content):
                path = self.write(content)
                for method, caller in (("client_secret_basic", Basic), ("client_secret_post", Post)):
                    self.start(
                        auth=(("client_auth", method), ("client_id", "us"), ("client_secret_file", path)),
                        caller=caller("us", "x:y z"))
                    self.assertAccepted()

    def test_what_is_sent_each_time(self):
        self.start()
        self.assertAccepted()
        last = self.endpoint.last
        self.assertEqual(last.form["token_type_hint"], "access_token")
        for name, value in (
                ("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"),
                ("X-MAS-Supports-Device-Id", "1"), ("Authorization", "Bearer " + SECRET)):
            self.assertEqual(last.headers_of(name), [value])
        for name in ("Cookie", "Referer", "Expect", "If-None-Match"):
            self.assertEqual(last.headers_of(name), [])

    def test_token_is_encoded(self):
        """RFC 6750's signs are not all a form's."""
        self.start()
        for text in (b"a+b/c==", b"a-._~+/9=", b"A" * 4000):
            with self.subTest(text[:20]):
                self.assertAccepted(self.opaque(text))
                self.assertEqual(self.endpoint.asked[-1], text)

    def test_token_is_never_in_an_address_or_a_header(self):
        self.start()
        token = self.opaque()
        self.assertAccepted(token)
        self.assertNotIn(token.decode(), str(self.server.requests))

    def test_secret_goes_to_the_endpoint_only(self):
        """Not where its address is found."""
        self.start()
        self.server.routes["/.well-known/oauth-authorization-server"] = Reply({
            "issuer": self.server.origin, "introspection_endpoint": self.endpoint.url})
        self.v = self.validator(
            ("tokens", "opaque"), *BEARER, issuer=self.server, audience=None, clock=self.clock)
        self.assertAccepted()
        for path, headers in self.server.requests:
            if path != "/oauth2/introspect":
                self.assertNotIn("Authorization", headers)
                self.assertNotIn(SECRET, str(headers))
        self.assertEqual(self.server.count("/.well-known/oauth-authorization-server"), 1)

    def test_wrong_credentials(self):
        """Nothing that the bearer of a token could mend, so no 401."""
        wrong = [
            (BEARER, Bearer("another")), (BEARER, Basic("us", SECRET)), (BEARER, Post("us", SECRET)),
            (client("client_secret_basic", "us", "x"), Basic("us", "y")),
            (client("client_secret_basic", "us", "x"), Basic("them", "x")),
            (client("client_secret_basic", "us", "x"), Post("us", "x")),
            (client("client_secret_post", "us", "x"), Post("us", "X")),
            (client("client_secret_post", "us", "x"), Post("them", "x")),
            (client("client_secret_post", "us", "x"), Bearer("x")),
        ]
        for auth, caller in wrong:
            with self.subTest(auth=auth, caller=vars(caller)):
                self.start(*(("retry_min", "5"),), auth=auth, caller=caller)
                token = self.assertRefusesUs()
                self.assertStatus(self.v.validate(token), mxauth.ISSUER_REFUSES_US)
                self.assertAsked(1)
                self.assertTrue(any(level <= mxauth.WARNING for level, _ in self.v.log), "the operator is told")

    def test_any_answer_of_that_kind(self):
        self.start(("breaker_threshold", "1000"))
        for reply in (
                Reply({"error": "invalid_client"}, 401), Reply({"error": "access_denied"}, 403),
                Reply(b"", 401, {"WWW-Authenticate": "Basic"}, None), Reply(b"<html>", 403, content_type="text/html"),
                Reply({"active": True}, 401), Reply({"active": False}, 403)):
            with self.subTest(status=reply.status, body=reply.body):
                self.endpoint.broken = reply
                self.assertRefusesUs()

    def test_mended_credentials(self):
        self.start(caller=Bearer("another"))
        token = self.assertRefusesUs()
        self.endpoint.caller = Bearer(SECRET)
        self.clock.advance(1.1)
        self.assertAccepted(token)

    def test_bad_options(self):
        cases = [
            (("client_auth", "none"), ("client_id", "us")), (("client_auth", "client_secret_jwt"),),
            (("client_auth", ""),), (("client_secret", ""),), (("client_id", ""),),
            (("client_auth", "bearer"), ("client_secret", "line\nbreak")),
            (("client_auth", "bearer"), ("client_secret", "carriage\rreturn")),
            (("client_secret_file", ""),),
        ]
        for auth in cases:
            with self.subTest(auth=auth):
                with self.assertRaises(mxauth.Refused) as refused:
                    self.start(auth=auth)
                self.assertStatus(refused.exception.status, mxauth.OPTION_INVALID, mxauth.CONFIG_INCOMPLETE)

    def test_missing_options(self):
        missing = os.path.join(self.folder(), "missing")
        cases = [
            (), (("client_id", "us"),), (("client_secret", "x"),), (("client_auth", "bearer"),),
            (("client_auth", "client_secret_post"), ("client_secret", "x")),
            (("client_auth", "client_secret_post"), ("client_id", "us")),
            (("client_auth", "private_key_jwt"), ("client_id", "us")),
            (("client_auth", "bearer"), ("client_secret_file", missing)),
            (("client_auth", "bearer"), ("client_secret_file", self.folder())),
            (("client_auth", "bearer"), ("client_secret_file", self.write(b""))),
            (("client_auth", "bearer"), ("client_secret_file", self.write(b"\n"))),
            (("client_auth", "bearer"), ("client_secret_file", self.write(b"two\nlines\n"))),
        ]
        for auth in cases:
            with self.subTest(auth=auth):
                with self.assertRaises(mxauth.Refused) as refused:
                    self.start(auth=auth)
                self.assertStatus(refused.exception.status, mxauth.CONFIG_INCOMPLETE, mxauth.OPTION_INVALID)
                self.assertNotIn("lines", str(refused.exception))
