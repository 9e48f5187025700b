# SPDX-License-Identifier: Apache-2.0
import mxauth
from harness import Case
from issuer import Reply
from tokens import key_set, new_key, token

OAUTH = "/.well-known/oauth-authorization-server"
OPENID = "/.well-known/openid-configuration"


class Discovery(Case):
    def setUp(self):
        self.server = self.issuer()
        self.key = new_key("only")
        self.server.routes["/jwks"] = Reply(key_set(self.key))

    def metadata(self, name, **more):
        return Reply({"issuer": name, "jwks_uri": self.server.origin + "/jwks"} | more)

    def assertPaths(self, name, *paths):
        validator = self.validator(issuer=self.server, name=name)
        self.assertStatus(validator.wait(token(self.key, name)), mxauth.OK)
        self.assertEqual(self.server.paths(), list(paths))
        return validator

    def test_oauth_metadata_has_the_path_inserted(self):
        name = self.server.origin + "/realms/one"
        self.server.routes[OAUTH + "/realms/one"] = self.metadata(name)
        validator = self.assertPaths(name, OAUTH + "/realms/one", "/jwks")
        self.assertEqual(validator.exchanges("forwarded"), 1)
        self.assertEqual(validator.exchanges("key_set"), 1)
        self.assertEqual(validator.stats.key_sets, 1)

    def test_openid_configuration_comes_second(self):
        name = self.server.origin + "/realms/one"
        self.server.routes["/realms/one" + OPENID] = self.metadata(name)
        validator = self.assertPaths(name, OAUTH + "/realms/one", "/realms/one" + OPENID, "/jwks")
        self.assertEqual(validator.exchanges("http_status"), 1)

    def test_slash_at_the_end_of_an_issuer(self):
        name = self.server.origin + "/"
        self.server.routes[OPENID] = self.metadata(name)
        self.assertPaths(name, OAUTH, OPENID, "/jwks")

    def test_metadata_of_another_issuer_is_refused(self):
        for other in (self.server.origin + "/", self.server.origin.upper(), "https://elsewhere.test"):
            self.server.routes[OAUTH] = self.server.routes[OPENID] = self.metadata(other)
            validator = self.validator(issuer=self.server)
            good = token(self.key, self.server.origin)
            self.assertStatus(validator.wait(good), mxauth.KEYS_UNAVAILABLE)
            self.assertEqual(validator.exchanges("other_issuer"), 2)
        self.assertEqual(self.server.count("/jwks"), 0)

    def test_metadata_uri(self):
        name = "urn:example:issuer"
        self.server.routes["/auth_metadata"] = self.metadata(name)
        validator = self.validator(
            ("metadata_uri", self.server.origin + "/auth_metadata"), issuer=self.server, name=name)
        self.assertStatus(validator.wait(token(self.key, name)), mxauth.OK)
        self.assertEqual(self.server.paths(), ["/auth_metadata", "/jwks"])

    def test_metadata_uri_of_another_issuer_is_refused(self):
        self.server.routes["/auth_metadata"] = self.metadata("urn:example:other")
        validator = self.validator(
            ("metadata_uri", self.server.origin + "/auth_metadata"), issuer=self.server, name="urn:example:issuer")
        self.assertStatus(validator.wait(token(self.key, "urn:example:issuer")), mxauth.KEYS_UNAVAILABLE)
        self.assertEqual(validator.exchanges("other_issuer"), 1)

    def test_jwks_uri(self):
        name = "urn:example:issuer"
        validator = self.validator(("jwks_uri", self.server.origin + "/jwks"), issuer=self.server, name=name)
        self.assertStatus(validator.wait(token(self.key, name)), mxauth.OK)
        self.assertEqual(self.server.paths(), ["/jwks"])
        self.assertIn("json", self.server.last_headers("/jwks")["Accept"])

    def test_key_set_on_another_host_than_the_metadata(self):
        elsewhere = self.issuer()
        elsewhere.routes["/keys"] = Reply(key_set(self.key))
        self.server.routes[OAUTH] = self.metadata(self.server.origin, jwks_uri=elsewhere.origin + "/keys")
        validator = self.validator(issuer=self.server)
        self.assertStatus(validator.wait(token(self.key, self.server.origin)), mxauth.OK)
        self.assertEqual(elsewhere.paths(), ["/keys"])

    def test_metadata_without_a_usable_address(self):
        for address, result in (
            ("http://192.0.2.1/jwks", "insecure"), ("ftp://127.0.0.1/jwks", "no_jwks_uri"), (7, "no_jwks_uri"),
        ):
            self.server.routes[OAUTH] = self.metadata(self.server.origin, jwks_uri=address)
            validator = self.validator(issuer=self.server)
            good = token(self.key, self.server.origin)
            self.assertStatus(validator.wait(good), mxauth.KEYS_UNAVAILABLE)
            self.assertEqual(validator.exchanges(result), 1)

    def test_address_is_looked_for_again_after_a_failure(self):
        self.server.routes[OAUTH] = self.metadata(self.server.origin, jwks_uri=self.server.origin + "/old")
        clock = mxauth.Clock()
        validator = self.validator(issuer=self.server, clock=clock)
        good = token(self.key, self.server.origin)
        self.assertStatus(validator.wait(good), mxauth.KEYS_UNAVAILABLE)
        self.server.routes[OAUTH] = self.metadata(self.server.origin)
        clock.advance(2)
        self.assertStatus(validator.wait(good), mxauth.OK)

    def test_plain_http_needs_permission(self):
        address = self.server.origin + "/jwks"
        for options, name in (
            ((("jwks_uri", address),), "urn:x"), ((("metadata_uri", address),), "urn:x"), ((), self.server.origin),
        ):
            with self.assertRaises(mxauth.Refused) as refused:
                self.validator(*options, issuer=self.server, name=name, common=(("allow_http", "no"),), drive=False)
            self.assertStatus(refused.exception.status, mxauth.CONFIG_INCOMPLETE)
        with self.assertRaises(mxauth.Refused):
            self.validator(("jwks_uri", "http://192.0.2.1/"), issuer=self.server, drive=False)
        self.assertEqual(self.server.requests, [])
