# SPDX-License-Identifier: Apache-2.0
"""Members of an answer that are missing, of another type, or not for us: none of them makes a token good."""
import mxauth
from answers import ADMIN, SUBJECT, UNSTABLE, api, compat, device
from introspecting import IntrospectionCase
from issuer import Reply
from masform import mas_token
from tokens import AUDIENCE

INVALID = mxauth.ANSWER_INVALID
BIG = 10 ** 400


class Members(IntrospectionCase):
    def setUp(self):
        self.start(("breaker_threshold", "1000"))

    def table(self, rows, *expected):
        for members in rows:
            with self.subTest(**members):
                status = self.v.wait(self.opaque(**members))
                self.assertStatus(status, *expected)

    def test_active(self):
        """RFC 7662 section 2.2: a boolean, and always there."""
        values = ("true", "True", "false", "", 1, 0, 1.0, -1, [], [True], {}, {"active": True}, None)
        self.table([{"active": value} for value in values], INVALID)
        token = self.opaque()
        self.endpoint.tokens[token]["active"] = None  # null, where the row above leaves it out
        self.assertStatus(self.v.wait(token), INVALID)

    def test_active_under_another_name(self):
        for name in ("Active", "ACTIVE", "activ\u0435", "active ", " active", "active\u200b"):
            token = self.opaque()
            self.endpoint.tokens[token] = {name: True} | {
                key: value for key, value in self.endpoint.tokens[token].items() if key != "active"}
            self.assertStatus(self.v.wait(token), INVALID)

    def test_types(self):
        texts = (1, True, [], ["x"], {}, {"x": "y"})
        names = "scope", "username", "device_id", "sub", "client_id", "token_type", "jti", "iss"
        rows = [{name: value} for name in names for value in texts]
        times = ("300", "", True, [], {}, [300], "1e3")
        rows += [{name: value} for name in ("exp", "expires_in", "iat", "nbf") for value in times]
        rows += [{"aud": value} for value in (1, True, {}, [1], [AUDIENCE, None])]
        for members in rows:
            with self.subTest(**members):
                token = self.opaque(**members)
                self.endpoint.tokens[token] = Reply(self.endpoint.tokens[token])  # past the endpoint's own checks
                status = self.v.wait(token)
                self.assertStatus(status, INVALID)
                self.assertEqual(self.v.describe(status).http_status, 503)

    def test_times_out_of_range(self):
        """Refused one way or another: it is a judgement of claims, or an answer that makes no sense."""
        rows = [{name: value} for name in ("exp", "iat", "nbf") for value in (-1, 10 ** 13, BIG)]
        rows += [{"expires_in": value} for value in (-1, BIG)]
        for members in rows:
            with self.subTest(str(members)[:40]):
                status = self.v.wait(self.opaque(**members))
                self.assertNotIn(mxauth.name(status), ("MXAUTH_OK", "MXAUTH_PENDING", "MXAUTH_TIMED_OUT"))

    def test_times(self):
        now = self.now
        self.table([{"expires_in": 0}, {"exp": now - 31, "expires_in": None}], mxauth.EXPIRED)
        self.table([{"nbf": now + 1000}], mxauth.NOT_YET_VALID)
        self.table([{"iat": None}, {"nbf": None}, {"exp": None}, {"expires_in": None}], mxauth.OK)

    def test_inactive_and_everything_else_good(self):
        self.table([{"active": False}, {"active": False, "username": None}], mxauth.TOKEN_INACTIVE)

    def test_inactive_and_else_broken(self):
        """It says no: whatever else it says is not looked for an acceptance."""
        self.table([{"active": False, "scope": 1}, {"active": False, "exp": "x"}], mxauth.TOKEN_INACTIVE, INVALID)

    def test_refresh_tokens(self):
        """An endpoint that does not heed the hint says that they are active."""
        for kind in ("refresh_token", "REFRESH_TOKEN"):
            token = self.opaque(token_type=kind)
            self.endpoint.tokens[token] = Reply(self.endpoint.tokens[token])
            self.assertStatus(self.v.wait(token), mxauth.NOT_ACCESS_TOKEN)
            self.assertEqual(self.v.describe(mxauth.NOT_ACCESS_TOKEN).http_status, 401)

    def test_refresh_token_at_an_endpoint_that_heeds_the_hint(self):
        token = self.opaque(token_type="refresh_token")
        self.assertStatus(self.v.wait(token), mxauth.TOKEN_INACTIVE)
        self.assertEqual(self.endpoint.last.form["token_type_hint"], "access_token")

    def test_no_token_type(self):
        self.table([{"token_type": None}], mxauth.OK)

    def test_users(self):
        self.table([{"username": None}], mxauth.USER_MISSING)
        invalid = ("", "@bob:elsewhere.test", "a b", "ALICE\n", "al:ice", "@", "a" * 256, "\u00e9", "@:hs.test")
        self.table([{"username": value} for value in invalid], mxauth.USER_INVALID, mxauth.USER_MISSING)
        self.table([{"username": "@alice:hs.test"}], mxauth.OK)

    def test_devices(self):
        both = f"{api()} {device('AAAAAAAAAA')}"
        self.table([
            {"scope": f"{both} {device('BBBBBBBBBB')}"}, {"scope": f"{both} {device('BBBBBBBBBB', UNSTABLE)}"},
        ], mxauth.DEVICE_AMBIGUOUS)
        self.table([{"device_id": ""}, {"device_id": "A" * 256}, {"scope": f"{api()} {device('A' * 256)}"}],
                   mxauth.DEVICE_INVALID)

    def test_explicit_device_wins(self):
        verdict = self.judged(self.opaque(device_id="explicit +/=", scope=f"{api()} {device('AAAAAAAAAA')}"))
        self.assertStatus(verdict.status, mxauth.OK)
        self.assertEqual(verdict.device_id.bytes, b"explicit +/=")

    def test_compat_tokens(self):
        for identifier in ("ABCDEFGHIJ", "with space", "\u00fcml\u00e4ut"):
            token = mas_token("mct")
            self.endpoint.tokens[token] = compat(self.clock, identifier)
            verdict = self.judged(token)
            self.assertStatus(verdict.status, mxauth.OK)
            self.assertEqual(verdict.device_id.bytes.decode(), identifier)
            self.assertEqual((verdict.client_id.bytes, verdict.expires_at), (b"legacy", 0))

    def test_scopes(self):
        self.table(
            [{"scope": scope} for scope in (
                "", "openid", device(), ADMIN, api()[:-1], api() + "x", api().upper(), "x" + api(), api() + ",openid",
                api().replace("*", ""), api().replace("api:*", "api:"))] + [{"scope": None}],
            mxauth.SCOPE_INSUFFICIENT, mxauth.DEVICE_INVALID)
        self.table([{"scope": scope} for scope in (api() + '"', api() + "\\", api() + "\u00e9", api() + "\t")],
                   INVALID)

    def test_verdict(self):
        token = self.opaque()
        verdict = self.judged(token)
        self.assertEqual(verdict.kind, mxauth.KIND_INTROSPECTED)
        self.assertEqual(verdict.user_id.bytes, b"@alice:hs.test")
        self.assertEqual((verdict.subject.bytes, verdict.issuer), (SUBJECT.encode(), 0))
        self.assertEqual((verdict.expires_at, verdict.issued_at), (self.now + 300, self.now))
        self.assertEqual(verdict.grants & mxauth.GRANT_CLIENT_API, 1)
        self.assertIn('"username": "alice"', self.v.claims(token))

    def test_another_issuer(self):
        """Compared if it is there. An issuer that answers in another name is misconfigured: that logs nobody out."""
        self.table([{"iss": "https://elsewhere.test"}, {"iss": self.server.origin + "/"}, {"iss": ""}],
                   mxauth.ANSWER_INVALID)
        self.table([{"iss": self.server.origin}], mxauth.OK)


class Audiences(IntrospectionCase):
    def test_with_an_audience(self):
        self.start(audience=AUDIENCE)
        good = [AUDIENCE, [AUDIENCE], ["https://elsewhere.test", AUDIENCE]]
        for value in good:
            self.assertStatus(self.v.wait(self.opaque(aud=value)), mxauth.OK)
        for value in ("https://elsewhere.test", AUDIENCE + "/", AUDIENCE.upper(), "", [], [AUDIENCE + "x"]):
            with self.subTest(value):
                self.assertStatus(self.v.wait(self.opaque(aud=value)), mxauth.AUDIENCE_MISMATCH)
        status = self.v.wait(self.opaque())
        # It never names one: issuer.any_audience was forgotten, which is no reason to log everybody out.
        self.assertStatus(status, mxauth.ANSWER_INVALID)
        self.assertEqual(self.v.describe(status).http_status, 503)

    def test_required_claims(self):
        self.start(("required_claims", "acr"))
        self.assertStatus(self.v.wait(self.opaque()), mxauth.CLAIM_MISSING)
        self.assertStatus(self.v.wait(self.opaque(acr="1")), mxauth.OK)

    def test_user_claim(self):
        self.start(("user_claim", "name"))
        self.assertStatus(self.v.wait(self.opaque()), mxauth.USER_MISSING)
        self.assertEqual(self.judged(self.opaque(name="bob")).user_id.bytes, b"@bob:hs.test")

    def test_userless(self):
        self.start(("require_user", "false"), ("require_api_scope", "false"))
        verdict = self.judged(self.opaque(username=None, scope="urn:mas:admin"))
        self.assertStatus(verdict.status, mxauth.OK)
        self.assertEqual(verdict.user_id.length, 0)
