# SPDX-License-Identifier: Apache-2.0
"""Which tokens are opaque, whose they are, and which are not worth a question."""
import json
import secrets

import mxauth
from endpoint import Endpoint
from introspecting import BEARER, IntrospectionCase
from issuer import Reply
from masform import ALPHANUMERIC, mas_token, random_text, synapse_token, with_wrong_check
from tokens import Forger, key_set, token

MAS = ("opaque_form", "mas")
MACAROON = b"MDAxN2xvY2F0aW9uIGhzLnRlc3QKMDAxM2lkZW50aWZpZXIga2V5CjAwMTBjaWQgZ2VuID0gMQo"


class MasForm(IntrospectionCase):
    def setUp(self):
        self.start(MAS)

    def test_vectors(self):
        for token in (
                b"mat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_96elV4", b"mct_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_7C7Zq2",
                b"mpt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_0uwsnS", b"mat_i3seqWQLiNTMPXF0RFwcFpkpV8OY9T_00L1tY"):
            self.assertStatus(self.v.wait(self.opaque(token)), mxauth.OK)

    def test_kinds_that_are_asked_for(self):
        for token in (mas_token("mat"), mas_token("mct"), mas_token("mpt"), synapse_token(), MACAROON):
            self.assertStatus(self.v.wait(self.opaque(token)), mxauth.OK)
        self.assertAsked(5)

    def test_refresh_tokens(self):
        for token in (
                mas_token("mar"), mas_token("mcr"), synapse_token(prefix="syr"),
                b"mar_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_IsX2V3"):
            self.assertStatus(self.v.validate(self.opaque(token)), mxauth.NOT_ACCESS_TOKEN)
        self.assertAsked(0)

    def test_implausible(self):
        good = mas_token()
        head, middle, _ = good.decode().split("_")
        cases = [
            with_wrong_check(good), good[:-1], good + b"A", good[1:], b"x" + good, good.lower(), good.upper(),
            good.replace(b"mat_", b"MAT_"), good.replace(b"mat_", b"mau_"), good.replace(b"_", b"-"), b"mat__",
            b"mat_" + b"A" * 30, b"mat_" + b"A" * 30 + b"_", f"{head}_{middle}".encode(), mas_token(middle="A" * 29),
            mas_token(middle="A" * 31), mas_token(middle="A" * 29 + "-"), mas_token("xyz"), b"syl_abc", b"abc",
            random_text().encode(), b"a.b", b"A" * 1000, b"=" * 41, good + b"=",
        ]
        for token in cases:
            with self.subTest(token):
                status = self.v.validate(token)
                self.assertStatus(status, mxauth.TOKEN_IMPLAUSIBLE)
        info = self.v.describe(mxauth.TOKEN_IMPLAUSIBLE)
        self.assertEqual((info.http_status, info.errcode, info.soft_logout), (401, b"M_UNKNOWN_TOKEN", 0))
        self.assertAsked(0)

    def test_ten_thousand_junk_tokens_cause_no_question(self):
        before = self.v.stats
        for number in range(10_000):
            if number % 2:
                token = f"mat_{random_text()}_{random_text(6)}".encode()
            else:
                token = random_text(1 + secrets.randbelow(80), ALPHANUMERIC + "-._~+/").encode()
            status = self.v.validate(token)
            self.assertEqual(status // 100, 2, (token, status))
        after = self.v.stats
        self.assertAsked(0)
        self.assertEqual(after.cache_entries, before.cache_entries)
        self.assertEqual(after.introspections, 0)


class AnyForm(IntrospectionCase):
    def test_what_may_be_a_token(self):
        """RFC 6750 section 2.1."""
        self.start()
        for token in (b"A", b"abc", b"a-._~+/9", b"a==", b"a.b", b"a.b.c.d", b"~" * 100, mas_token(), MACAROON):
            with self.subTest(token):
                self.assertStatus(self.v.wait(self.opaque(token)), mxauth.OK)

    def test_what_may_not(self):
        self.start()
        for token in (b"a b", b"a\n", b"\0", b"a\0b", b"=", b"==a", b"a=b", b"a,b", b'"a"', b"a%20", b"a&b=c", b"a\\",
                      "é".encode(), b"\xff", b" a", b"a "):
            with self.subTest(token):
                self.assertEqual(self.v.validate(token) // 100, 2)
        self.assertStatus(self.v.validate(b"A" * 16385), mxauth.TOKEN_TOO_LARGE)
        self.assertStatus(self.v.validate(b""), 200)
        self.assertAsked(0)


class Choice(IntrospectionCase):
    def test_jwts_are_not_taken_for_opaque(self):
        """Where another issuer takes them."""
        self.with_jwts()
        other = "https://other.test"
        options = [("server_name", "hs.test"), ("allow_http", "loopback"), ("issuer", self.server.origin)]
        options += [("issuer.any_audience", "true"), ("issuer.tokens", "opaque")]
        options += [("issuer.introspection_uri", self.endpoint.url)]
        options += [("issuer." + name, value) for name, value in BEARER]
        options += [("issuer", other), ("issuer.any_audience", "true")]
        options.append(("issuer.keys", json.dumps(key_set(self.key))))
        v = mxauth.Validator(options, self.clock)
        self.addCleanup(v.close)
        self.assertStatus(v.validate(token(self.key, other, iat=self.now)), mxauth.OK)
        for one in (self.jwt(), self.opaque(self.jwt()), Forger(self.server.origin).token("k")):
            self.assertStatus(v.validate(one), mxauth.JWT_NOT_ACCEPTED)
        self.assertEqual(v.describe(mxauth.JWT_NOT_ACCEPTED).http_status, 401)
        self.assertAsked(0)

    def test_jwts_where_no_issuer_takes_them(self):
        """They are like any other text: their issuer may know them, if it could have made them."""
        self.start()
        forged = Forger(self.server.origin).token("k")
        self.assertStatus(self.v.wait(forged), mxauth.TOKEN_INACTIVE)
        self.assertStatus(self.v.wait(self.opaque(forged + b"x")), mxauth.OK)
        self.assertAsked(2)
        self.start(MAS)
        self.assertStatus(self.v.wait(self.opaque(forged)), mxauth.TOKEN_IMPLAUSIBLE)
        self.assertAsked(0)

    def test_opaque_tokens_are_not_taken_by_default(self):
        self.with_jwts()
        v = self.validator(
            ("jwks_uri", self.server.origin + "/jwks"), issuer=self.server, audience=None, drive=False)
        self.assertStatus(v.validate(self.opaque()), mxauth.TOKEN_OPAQUE)
        self.assertAsked(0)

    def test_both(self):
        self.with_jwts()
        self.assertEqual(self.judged(self.jwt()).kind, mxauth.KIND_JWT)
        self.assertEqual(self.judged(self.opaque()).kind, mxauth.KIND_INTROSPECTED)
        self.assertAsked(1)

    def test_introspected_jwts(self):
        self.with_jwts(("introspect_jwts", "true"))
        good, inactive, forged = self.jwt(jti="1"), self.jwt(jti="2"), self.jwt(jti="3")[:-8] + b"AAAAAAAA"
        self.opaque(good)
        self.assertStatus(self.v.wait(good), mxauth.OK)
        self.assertAsked(1)
        self.assertStatus(self.v.wait(inactive), mxauth.TOKEN_INACTIVE)
        self.assertAsked(2)
        self.opaque(forged)
        self.assertStatus(self.v.wait(forged), mxauth.SIGNATURE_INVALID)
        expired = self.opaque(self.jwt(exp=self.now - 100, iat=self.now - 200))
        self.assertStatus(self.v.wait(expired), mxauth.EXPIRED)
        self.assertAsked(2)

    def two(self, *forms):
        """Two issuers; those options follow each of them."""
        servers = [self.issuer(), self.issuer()]
        self.endpoints = [Endpoint(server) for server in servers]
        options = [("server_name", "hs.test"), ("allow_http", "loopback")]
        for server, endpoint, form in zip(servers, self.endpoints, forms):
            options += [("issuer", server.origin), ("issuer.any_audience", "true"), ("issuer.tokens", "opaque")]
            options += [("issuer.introspection_uri", endpoint.url), ("issuer.opaque_form", form)]
            options += [("issuer." + name, value) for name, value in BEARER]
        self.clock = mxauth.Clock()
        v = mxauth.Validator(options, self.clock)
        self.addCleanup(v.close)
        self.drive(v)
        return v

    def test_two_issuers_of_one_form(self):
        for form in ("any", "mas"):
            with self.assertRaises(mxauth.Refused) as refused:
                self.two(form, form)
            self.assertStatus(refused.exception.status, mxauth.CONFIG_INCOMPLETE, mxauth.OPTION_INVALID)

    def test_each_token_is_asked_of_one_issuer(self):
        for forms in (("any", "mas"), ("mas", "any")):
            v = self.two(*forms)
            mas = self.endpoints[forms.index("mas")]
            other = self.endpoints[forms.index("any")]
            self.assertStatus(v.wait(mas_token()), mxauth.TOKEN_INACTIVE)
            self.assertEqual((mas.count, other.count), (1, 0))
            self.assertStatus(v.wait(b"something"), mxauth.TOKEN_INACTIVE)
            self.assertStatus(v.wait(with_wrong_check(mas_token())), mxauth.TOKEN_INACTIVE)
            self.assertEqual((mas.count, other.count), (1, 2))

    def test_one_issuers_trouble_is_not_the_others(self):
        v = self.two("mas", "any")
        self.endpoints[0].broken = Reply(b"", 503)
        for _ in range(10):
            self.assertStatus(v.wait(mas_token()), mxauth.ISSUER_UNAVAILABLE)
        self.assertEqual(self.endpoints[0].count, 5)
        self.assertStatus(v.wait(b"something"), mxauth.TOKEN_INACTIVE)

    def test_bad_options(self):
        for option in (
                ("tokens", ""), ("tokens", "saml"), ("opaque_form", "synapse"), ("introspect_jwts", "1"),
                ("introspection_uri", "nowhere"), ("introspection_uri", "ftp://127.0.0.1/"),
                ("introspection_uri", "http://elsewhere.test/"), ("cache_ttl", "0"), ("cache_ttl", "86401"),
                ("negative_ttl", "0"), ("negative_ttl", "3601"), ("max_exchanges", "0"), ("max_exchanges", "1025"),
                ("breaker_threshold", "0"), ("breaker_threshold", "1001"), ("signed_introspection", "yes")):
            with self.subTest(option=option):
                with self.assertRaises(mxauth.Refused) as refused:
                    self.start(option)
                self.assertStatus(refused.exception.status, mxauth.OPTION_INVALID, mxauth.CONFIG_INCOMPLETE)
