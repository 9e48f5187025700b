# SPDX-License-Identifier: Apache-2.0
"""canaille, unmodified. Its access tokens look like its ID tokens (typ JWT, without scope), so it has to be asked."""
import shutil
import tempfile
import time

import canaille_server
from cases import GRANT_CLIENT_API, ServerCase
from oauth_client import OAuthClient
from registrations import HOMESERVER, REDIRECT, SCOPE

AUDIENCE = ("audience", HOMESERVER)
# The recipe of docs/issuers.md.
USERS = (
    ("introspect_jwts", "true"), ("types", "JWT"), ("require_api_scope", "false"), ("user_claim", "sub"), AUDIENCE)
BOTS = (("tokens", "opaque"), ("require_user", "false"), AUDIENCE)


class Canaille(ServerCase):
    @classmethod
    def setUpClass(cls):
        work = tempfile.mkdtemp(prefix="mxauth-")
        cls.addClassCleanup(shutil.rmtree, work)
        cls.server = canaille_server.start(work)
        cls.addClassCleanup(cls.server.stop)
        cls.element = OAuthClient(cls.server.origin, "element", "element's secret", REDIRECT)
        cls.tokens = cls.log_in()

    @classmethod
    def log_in(cls, scope=SCOPE):
        time.sleep(1)  # tokens of the same second are the same text, and the second of them gets 500 from canaille
        return cls.element.authorize(scope, canaille_server.ANSWERS)

    def homeserver(self, *options, **more):
        return self.asking(*options, server=self.server, **more)

    def test_a_user(self):
        verdict = self.assertGood(self.homeserver(*USERS), self.tokens["access_token"])
        self.assertEqual(verdict.client_id.bytes, b"element")

    def test_no_other_token_of_the_user(self):
        validator, tokens = self.homeserver(*USERS), self.tokens
        self.assertJudged(validator, tokens["id_token"], "MXAUTH_TOKEN_INACTIVE")
        self.assertNotEqual(self.judged(validator, tokens["refresh_token"])[0], "MXAUTH_OK")

    def test_grants_are_those_of_the_answer(self):
        """The token has no scope, so the recipe asks for none: it is for the host to look at the grants."""
        status, verdict = self.judged(self.homeserver(*USERS), self.log_in("openid")["access_token"])
        self.assertEqual((status, verdict.grants & GRANT_CLIENT_API), ("MXAUTH_OK", 0))

    def test_revoked(self):
        token = self.log_in()["access_token"]
        validator = self.homeserver(*USERS)
        self.assertGood(validator, token)
        self.element.revoke(token)
        self.assertGood(validator, token)
        self.assertJudged(self.homeserver(*USERS), token, "MXAUTH_TOKEN_INACTIVE")
        self.revoke(validator, token)
        self.assertJudged(validator, token, "MXAUTH_REVOKED")

    def test_a_client_without_user(self):
        """These tokens are opaque."""
        bot = OAuthClient(self.server.origin, "bot", "bot's secret", None)
        token = bot.token(grant_type="client_credentials", scope=SCOPE)["access_token"]
        verdict = self.assertGood(self.homeserver(*BOTS), token, user="")
        self.assertEqual(verdict.client_id.bytes, b"bot")
        self.assertJudged(self.homeserver(("tokens", "opaque"), AUDIENCE), token, "MXAUTH_USER_MISSING")

    def test_wrong_credentials(self):
        token = self.tokens["access_token"]
        validator = self.homeserver(*USERS, ("client_secret", "wrong"))
        self.assertJudged(validator, token, "MXAUTH_ISSUER_REFUSES_US")
