# SPDX-License-Identifier: Apache-2.0
"""Answers that are signed JWTs (RFC 9701)."""
import mxauth
from answers import answer
from introspecting import IntrospectionCase
from issuer import Reply
from notices import CLIENT
from tokens import AUDIENCE, key_set, new_key, sign

INVALID = mxauth.ANSWER_INVALID
MEDIA_TYPE = "application/token-introspection+jwt"
METADATA = "/.well-known/oauth-authorization-server"


class SignedAnswers(IntrospectionCase):
    def begin(self, mode="always", lists=("ES256",), keys=None, **more):
        """An issuer whose metadata says that it signs, if `lists` is not empty, and whose keys are at hand, unless `keys` makes the
        reply about them."""
        self.key = new_key("first")
        self.start(audience=None, **more)
        metadata = {
            "issuer": self.server.origin, "jwks_uri": self.server.origin + "/jwks",
            "introspection_endpoint": self.endpoint.url}
        if lists:
            metadata["introspection_signing_alg_values_supported"] = list(lists)
        self.server.routes |= {METADATA: Reply(metadata), "/jwks": (keys or self.at_once)(self.key)}
        self.v = self.validator(
            ("tokens", "opaque"), ("client_auth", "bearer"), ("client_secret", self.endpoint.caller.secret),
            ("client_id", CLIENT), ("signed_introspection", mode), ("breaker_threshold", "1000"), issuer=self.server,
            audience=None, clock=self.clock)
        if not keys and lists and mode != "never":
            self.until(self.works, "the keys")

    @staticmethod
    def at_once(key):
        return Reply(key_set(key))

    def works(self, **more):
        self.clock.advance(2)
        status = self.v.wait(self.signed(**more))
        self.assertStatus(status, mxauth.OK, mxauth.ISSUER_UNAVAILABLE)
        return status == mxauth.OK

    def signed(self, key=None, typ="token-introspection+jwt", header=None, content_type=MEDIA_TYPE, **claims):
        """A token that is answered of with a JWT. A claim that is None is left out."""
        token = self.opaque()
        whole = {
            "iss": self.server.origin, "aud": CLIENT, "iat": self.now,
            "token_introspection": answer(self.clock)} | claims
        whole = {name: value for name, value in whole.items() if value is not None}
        body = sign(key or self.key, whole, typ=typ, **(header or {}))
        self.endpoint.tokens[token] = Reply(body, content_type=content_type)
        return token

    def assertRefused(self, token, *expected):
        self.assertStatus(self.v.wait(token), *(expected or (INVALID,)))

    def test_good(self):
        for mode in ("offered", "always"):
            self.begin(mode)
            token = self.signed()
            self.assertStatus(self.v.wait(token), mxauth.OK)
            self.assertIn(MEDIA_TYPE, self.endpoint.last.header("Accept"))
            verdict = self.v.verdict(token)
            self.assertEqual((verdict.kind, verdict.user_id.bytes), (mxauth.KIND_INTROSPECTED, b"@alice:hs.test"))
            self.assertStatus(self.v.wait(self.signed(aud=["them", CLIENT])), mxauth.OK)

    def test_keys_come_first(self):
        """However slow they are: the token waits for them, and then it is asked about, once."""
        self.begin(keys=lambda key: Reply(key_set(key), delay=0.3))
        token = self.signed()
        self.assertStatus(self.v.wait(token), mxauth.OK)
        self.assertEqual(self.v.stats.introspections, 1)

    def test_inactive(self):
        self.begin()
        self.assertStatus(self.v.wait(self.signed(token_introspection={"active": False})), mxauth.TOKEN_INACTIVE)

    def test_offered_and_not_done(self):
        self.begin("offered")
        self.assertStatus(self.v.wait(self.opaque()), mxauth.OK)

    def test_not_asked_for(self):
        for mode, lists in (("never", ("ES256",)), ("offered", ())):
            self.begin(mode, lists)
            self.assertStatus(self.v.wait(self.opaque()), mxauth.OK)
            self.assertEqual(self.endpoint.last.header("Accept"), "application/json")
            self.assertRefused(self.signed(key=new_key("first")))
            self.assertRefused(self.signed(content_type="application/json"))

    def test_plain_where_it_must_be_signed(self):
        self.begin()
        token = self.opaque()
        self.assertRefused(token)
        self.assertRefused(self.opaque(active=False))
        body = Reply(answer(self.clock)).body
        for kind in ("application/json", MEDIA_TYPE, "application/jwt"):
            self.endpoint.tokens[token] = Reply(body, content_type=kind)
            self.clock.advance(2)
            self.assertRefused(token)

    def test_signature(self):
        for mode in ("offered", "always"):
            self.begin(mode)
            self.assertRefused(self.signed(key=new_key("first")))
            token = self.signed()
            body = self.endpoint.tokens[token].body
            head, payload, _ = body.split(b".")
            for changed in (
                    body[:-8] + b"AAAAAAAA", head + b"." + payload + b".", head + b"." + payload, body + b"A",
                    b"eyJhbGciOiJub25lIiwidHlwIjoidG9rZW4taW50cm9zcGVjdGlvbitqd3QifQ." + payload + b".", b"", b"..",
                    body + b"\n{}"):
                other = self.opaque()
                self.endpoint.tokens[other] = Reply(changed, content_type=MEDIA_TYPE)
                self.assertRefused(other)

    def test_unknown_key(self):
        self.begin()
        self.assertRefused(self.signed(key=new_key("second")), INVALID, mxauth.ISSUER_UNAVAILABLE)

    def test_claims(self):
        self.begin()
        content = answer(self.clock)
        for claims in (
                {"iss": "https://elsewhere.test"}, {"iss": None}, {"iss": self.server.origin + "/"}, {"aud": "them"},
                {"aud": None}, {"aud": []}, {"aud": AUDIENCE}, {"iat": None}, {"iat": self.now + 1000},
                {"token_introspection": None}, {"token_introspection": []}, {"token_introspection": "x"},
                {"token_introspection": {}}, {"token_introspection": content | {"active": "true"}},
                {"token_introspection": None, **content}):
            with self.subTest(str(claims)[:60]):
                self.assertRefused(self.signed(**claims))

    def test_types(self):
        """An access token or ID token of that issuer is no answer."""
        self.begin()
        for typ in ("JWT", "at+jwt", None, "logout+jwt", "token-introspection"):
            with self.subTest(typ):
                self.assertRefused(self.signed(typ=typ))

    def test_an_answer_to_another_question(self):
        """Signed and good once, and told again of another token: RFC 9701 does not bind it, jti aside."""
        self.begin()
        old = self.signed(iat=self.now - 100_000)
        self.assertRefused(old)

    def test_keys_that_cannot_be_had(self):
        self.begin(keys=lambda _key: Reply(b"", 503))
        token = self.signed()
        self.assertRefused(token, mxauth.KEYS_UNAVAILABLE, mxauth.ISSUER_UNAVAILABLE)
        self.server.routes["/jwks"] = Reply(key_set(self.key))

        self.until(self.works, "the keys")

    def test_rotated_key(self):
        """Refused by nobody: the answer waits for the key, or is asked for again."""
        self.begin()
        new = new_key("second")
        self.server.routes["/jwks"] = Reply(key_set(new))
        self.until(lambda: self.works(key=new), "the new key")
