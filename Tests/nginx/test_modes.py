# SPDX-License-Identifier: Apache-2.0
"""mxauth off, on and optional, with every kind of token."""
from case import NginxCase
from masform import mas_token
from tokens import new_key, sign, token


class On(NginxCase):
    def setUp(self):
        super().setUp()
        self.start()

    def test_jwt(self):
        for _ in range(3):
            self.assertPasses(self.ask(token=self.jwt()))

    def test_opaque(self):
        made = self.opaque()
        for _ in range(4):
            self.assertPasses(
                self.ask(token=made), device="AABBCCDDEE", client="01FJ45AV1EV2MZJS7CXZ9Q3FAR")
        # Each of two workers asks for itself.
        self.assertLessEqual(self.endpoint.count, 2)

    def test_no_token(self):
        self.assertRefused(self.ask(), 401, "M_MISSING_TOKEN")

    def test_expired(self):
        answer = self.ask(token=self.jwt(exp=1_000_000))
        self.assertRefused(answer, 401, "M_UNKNOWN_TOKEN", "invalid_token")
        self.assertIs(answer.json["soft_logout"], True)

    def test_bad_tokens(self):
        other = new_key("first")
        for name, bad in {
            "another's signature": token(other, self.server.origin),
            "another issuer": token(self.key, "https://elsewhere.test/"),
            "an ID token": sign(self.key, {"iss": self.server.origin}, typ="JWT"),
            "a token that was cut": self.jwt()[:-1],
            "a token that nobody knows": mas_token(),
            "a user that is none": self.jwt(username="Alice"),
        }.items():
            with self.subTest(name):
                answer = self.ask(token=bad)
                self.assertIn(answer.status, (401, 403), answer.body)
                self.assertIn(answer.errcode, ("M_UNKNOWN_TOKEN", "M_FORBIDDEN"))
        self.assertEqual(self.upstream.count, 0)

    def test_no_scope(self):
        answer = self.ask(token=self.jwt(scope="openid"))
        self.assertRefused(answer, 403, "M_FORBIDDEN", "insufficient_scope")

    def test_malformed_header(self):
        good = self.jwt().decode()
        for value in ("", "Bearer", f"Basic {good}", f"Bearer {good} {good}", f"Bearer {good},Bearer {good}"):
            with self.subTest(value[:12]):
                answer = self.ask(headers=[("Authorization", value)])
                self.assertRefused(answer, 401, "M_MISSING_TOKEN", "invalid_request")

    def test_two_headers(self):
        good = f"Bearer {self.jwt().decode()}"
        self.assertEqual(self.ask(headers=[("Authorization", good)] * 2).status, 400)
        self.assertEqual(self.upstream.count, 0)

    def test_query_does_not_count(self):
        self.assertRefused(self.ask(f"/?access_token={self.jwt().decode()}"), 401, "M_MISSING_TOKEN")

    def test_options_passes(self):
        for made in (None, b"nonsense", self.jwt()):
            self.assertAnonymous(self.ask(method="OPTIONS", token=made))

    def test_log_has_no_token(self):
        made = [self.jwt(), self.jwt(exp=1), self.opaque(), mas_token()]
        for one in made:
            self.ask(token=one)
        log = self.web.log()
        self.assertIn("MXAUTH_EXPIRED", log)
        for one in made:
            self.assertNotIn(one.decode().rpartition(".")[2], log)


class Optional(NginxCase):
    def setUp(self):
        super().setUp()
        self.start("mxauth optional;")

    def test_without_token(self):
        self.assertAnonymous(self.ask(), "MXAUTH_TOKEN_MISSING")

    def test_with_token(self):
        self.assertPasses(self.ask(token=self.jwt()))

    def test_bad_token(self):
        self.assertRefused(self.ask(token=self.jwt(exp=1)), 401, "M_UNKNOWN_TOKEN", "invalid_token")


class Off(NginxCase):
    def test_nothing_is_looked_at(self):
        self.start("mxauth off;")
        for made in (None, b"nonsense", self.jwt(), self.jwt(exp=1)):
            self.assertAnonymous(self.ask(token=made))
        self.assertEqual(self.endpoint.count, 0)

    def test_by_default(self):
        self.start("")
        self.assertAnonymous(self.ask())
