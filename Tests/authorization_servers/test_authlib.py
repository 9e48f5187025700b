# SPDX-License-Identifier: Apache-2.0
"""A server of Authlib's parts, and a homeserver that knows nothing of it but its name and its own credentials."""
import shutil
import tempfile
from pathlib import Path

import mxauth
from cases import CREDENTIALS, KIND_INTROSPECTED, KIND_JWT, ServerCase
from joserfc import jwk
from oauth_client import OAuthClient
from registrations import CLIENTS, LIFETIME, SCOPE
from servers import Server, free_port, python

HERE = Path(__file__).parent


def start(folder):
    port = free_port()
    key = jwk.ECKey.generate_key("P-256", {"kid": "homeserver-1"})
    Path(folder, "private.pem").write_bytes(key.as_pem(private=True))
    Path(folder, "public.pem").write_bytes(key.as_pem(private=False))
    command = python(HERE / "authlib_server.py", str(port), Path(folder, "public.pem"))
    return Server(f"http://127.0.0.1:{port}/tenant", Path(folder, "log"), *command)


class AuthlibCase(ServerCase):
    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.mkdtemp(prefix="mxauth-")
        cls.addClassCleanup(shutil.rmtree, cls.work)
        cls.server = start(cls.work)
        cls.addClassCleanup(cls.server.stop)

    def client(self, name):
        return OAuthClient(self.server.origin, name, *CLIENTS[name][:2])

    def tokens(self, client="element"):
        return self.client(client).authorize(SCOPE)

    def homeserver(self, *options, **more):
        return self.asking(("tokens", "jwt opaque"), *options, server=self.server, **more)


class JWTs(AuthlibCase):
    def test_nothing_but_the_name_of_the_issuer(self):
        validator = self.validator(issuer=self.server)
        verdict = self.assertGood(validator, self.tokens("element-jwt")["access_token"])
        self.assertEqual(verdict.kind, KIND_JWT)
        self.assertEqual(verdict.client_id.bytes, b"element-jwt")
        self.assertEqual(verdict.expires_at - verdict.issued_at, LIFETIME)

    def test_an_altered_token(self):
        header, payload, signature = self.tokens("element-jwt")["access_token"].split(".")
        altered = ("A" if signature[0] != "A" else "B") + signature[1:]
        self.assertJudged(
            self.validator(issuer=self.server), f"{header}.{payload}.{altered}", "MXAUTH_SIGNATURE_INVALID")

    def test_a_token_for_somebody_else(self):
        self.assertJudged(
            self.homeserver(), self.tokens("other-jwt")["access_token"], "MXAUTH_AUDIENCE_MISMATCH")

    def test_revoked_there_and_introspected_here(self):
        token = self.tokens("element-jwt")["access_token"]
        offline, asking = self.homeserver(), self.homeserver(("introspect_jwts", "true"))
        self.assertGood(asking, token)
        self.client("element-jwt").revoke(token)
        self.assertJudged(self.homeserver(("introspect_jwts", "true")), token, "MXAUTH_TOKEN_INACTIVE")
        self.assertGood(offline, token)


class OpaqueTokens(AuthlibCase):
    def test_asked_once(self):
        validator, token = self.homeserver(), self.tokens()["access_token"]
        self.assertStatus(validator.validate(token.encode()), mxauth.PENDING)
        verdict = self.assertGood(validator, token)
        self.assertEqual(verdict.kind, KIND_INTROSPECTED)
        self.assertEqual(verdict.client_id.bytes, b"element")
        self.assertEqual(verdict.subject.bytes, b"01HALICE")
        self.assertEqual(verdict.expires_at - verdict.issued_at, LIFETIME)
        self.assertGood(validator, token)
        self.assertEqual(validator.stats.introspections, 1)

    def test_every_way_to_authenticate(self):
        key = ("client_key_file", f"{self.work}/private.pem"), ("client_key_id", "homeserver-1")
        token = self.tokens()["access_token"]
        for method, more in (("client_secret_basic", ()), ("client_secret_post", ()), ("private_key_jwt", key)):
            with self.subTest(method):
                credentials = (CREDENTIALS[0], *more) if more else CREDENTIALS
                self.assertGood(self.validator(
                    *credentials, ("tokens", "opaque"), ("client_auth", method), issuer=self.server), token)

    def test_wrong_credentials(self):
        token = self.tokens()["access_token"]
        for method in ("client_secret_basic", "client_secret_post"):
            with self.subTest(method):
                validator = self.homeserver(("client_auth", method), ("client_secret", "wrong"))
                self.assertJudged(validator, token, "MXAUTH_ISSUER_REFUSES_US")

    def test_a_token_for_somebody_else(self):
        self.assertJudged(self.homeserver(), self.tokens("other")["access_token"], "MXAUTH_AUDIENCE_MISMATCH")

    def test_a_refresh_token_is_no_access_token(self):
        validator, tokens = self.homeserver(), self.tokens()
        self.assertGood(validator, tokens["access_token"])
        self.assertJudged(validator, tokens["refresh_token"], "MXAUTH_TOKEN_INACTIVE")

    def test_after_a_refresh(self):
        validator, old = self.homeserver(), self.tokens()
        new = self.client("element").token(grant_type="refresh_token", refresh_token=old["refresh_token"])
        self.assertGood(validator, new["access_token"])
        self.assertJudged(validator, old["access_token"], "MXAUTH_TOKEN_INACTIVE")

    def test_a_token_that_nobody_has_issued(self):
        self.assertJudged(self.homeserver(), "h24XYYcro0yQYx4Fh51s4ifyOVPDV431MLaRzYbpHc", "MXAUTH_TOKEN_INACTIVE")


class Revocation(AuthlibCase):
    def test_seen_when_the_cached_verdict_ends(self):
        clock = mxauth.Clock()
        validator = self.homeserver(("cache_ttl", "60"), clock=clock)
        token = self.tokens()["access_token"]
        self.assertGood(validator, token)
        self.client("element").revoke(token)
        clock.advance(59)
        self.assertGood(validator, token)
        clock.advance(2)
        self.assertJudged(validator, token, "MXAUTH_TOKEN_INACTIVE")

    def test_seen_at_once_if_we_are_told(self):
        validator = self.homeserver()
        for client in ("element", "element-jwt"):
            token = self.tokens(client)["access_token"]
            self.assertGood(validator, token)
            self.client(client).revoke(token)
            self.revoke(validator, token)
            self.assertJudged(validator, token, "MXAUTH_REVOKED")


class Outage(AuthlibCase):
    def setUp(self):
        self.server = start(self.folder())
        self.addCleanup(self.server.stop)
        self.clock = mxauth.Clock()

    def test_no_answer_is_not_a_no(self):
        validator = self.homeserver(("cache_ttl", "60"), clock=self.clock)
        known, unseen = self.tokens()["access_token"], self.tokens()["access_token"]
        self.assertGood(validator, known)
        self.server.stop()
        self.assertJudged(validator, unseen, "MXAUTH_ISSUER_UNAVAILABLE")
        self.assertGood(validator, known)
        self.clock.advance(61)
        self.assertJudged(validator, known, "MXAUTH_ISSUER_UNAVAILABLE")

    def test_stale_verdicts_bridge_it_if_wanted(self):
        validator = self.homeserver(("cache_ttl", "60"), ("stale_if_error", "100"), clock=self.clock)
        token = self.tokens()["access_token"]
        self.assertGood(validator, token)
        self.server.stop()
        self.clock.advance(61)
        self.assertGood(validator, token)
        self.clock.advance(100)
        self.assertJudged(validator, token, "MXAUTH_ISSUER_UNAVAILABLE")
