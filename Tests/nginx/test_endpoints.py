# SPDX-License-Identifier: Apache-2.0
"""mxauth_authorize_endpoint: the table of the Client-Server API decides, and about the path that the homeserver sees."""
from case import NginxCase

SYNC, LOGIN, WHOAMI = "/_matrix/client/v3/sync", "/_matrix/client/v3/login", "/_matrix/client/v3/account/whoami"
VERSIONS = "/_matrix/client/versions"


class Table(NginxCase):
    def setUp(self):
        super().setUp()
        self.start("mxauth on; mxauth_authorize_endpoint on;",
                   ("scope_rule", "urn:example:read : GET /_matrix/client/*/rooms/*/**"))

    def test_endpoint_that_needs_a_token(self):
        self.assertRefused(self.ask(SYNC), 401, "M_MISSING_TOKEN")
        self.assertRefused(self.ask(SYNC, self.jwt(exp=1)), 401, "M_UNKNOWN_TOKEN", "invalid_token")
        self.assertPasses(self.ask(SYNC + "?since=1", self.jwt()))

    def test_endpoint_without_tokens(self):
        self.assertAnonymous(self.ask(LOGIN))
        self.assertAnonymous(self.ask(LOGIN, b"nonsense"))
        # Nobody is asked about a token that nobody looks at.
        self.assertAnonymous(self.ask(LOGIN, self.opaque()))
        self.assertEqual(self.endpoint.count, 0)

    def test_endpoint_that_takes_one(self):
        self.assertAnonymous(self.ask(VERSIONS), "MXAUTH_TOKEN_MISSING")
        self.assertPasses(self.ask(VERSIONS, self.jwt()))

    def test_bad_token_where_one_is_taken(self):
        self.assertRefused(self.ask(VERSIONS, self.jwt(exp=1)), 401, "M_UNKNOWN_TOKEN", "invalid_token")

    def test_no_endpoint(self):
        for path in ("/", "/_matrix/client/v3/syncs", "/_matrix/client/v9/sync", "/_synapse/admin/v1/rooms"):
            self.assertRefused(self.ask(path, self.jwt()), 404, "M_UNRECOGNIZED")

    def test_no_such_method(self):
        self.assertRefused(self.ask(SYNC, self.jwt(), method="POST", body=b"{}"), 405, "M_UNRECOGNIZED")

    def test_options_and_head(self):
        self.assertAnonymous(self.ask(SYNC, method="OPTIONS"))
        self.assertEqual(self.ask(SYNC, method="HEAD").status, 401)
        self.assertEqual(self.ask(SYNC, self.jwt(), method="HEAD").status, 200)

    def test_scope_of_the_operators(self):
        scoped = self.jwt(scope="urn:example:read urn:matrix:client:device:ABCDEFGHIJ")
        self.assertEqual(self.ask("/_matrix/client/v3/rooms/!a:hs/messages", scoped).status, 200)
        self.upstream.count = 0
        answer = self.ask(SYNC, scoped)
        self.assertRefused(answer, 403, "M_FORBIDDEN", "insufficient_scope")
        self.assertIn('scope="urn:matrix:client:api:*"', answer.header("WWW-Authenticate"))

    def test_application_services_alone(self):
        answer = self.ask("/_matrix/client/v1/appservice/irc/ping", self.jwt(), method="POST", body=b"{}")
        self.assertRefused(answer, 403, "M_FORBIDDEN", "insufficient_scope")
        self.assertNotIn("scope=", answer.header("WWW-Authenticate"))


class Paths(NginxCase):
    """The homeserver must never see another endpoint than the one that was asked about."""

    def test_tricks(self):
        self.start("mxauth on; mxauth_authorize_endpoint on;")
        for path in (
                "/_matrix/client/v3/login/../sync", "/_matrix/client/v3/login/%2e%2e/sync", "//_matrix/client/v3/login",
                "/_matrix/client/v3//login", "/_matrix/client/v3/login/", "/_matrix/client/v3/login;a=b", "/_matrix\\client",
                "/_matrix/client/v3/LOGIN", "/_matrix/client/v3/login%00", "/_matrix/client/v3%2Flogin",
                "/_matrix/client/v3/login/sso/redirect/a%2F..%2F..%2Fsync", "/_matrix/client/v3/login%2F..%2Fsync",
                "/_matrix/client/v3/login/./", "/_matrix/client/%2573ync", "/x/..%2F_matrix/client/v3/login",
                LOGIN + "#/../sync", VERSIONS + "#x", "/_matrix/client/v3/login%23/../sync", SYNC + "/../login"):
            with self.subTest(path):
                answer = self.ask(path)
                self.assertIn(answer.status, (400, 401, 404), answer.body)
        self.assertEqual(self.upstream.count, 0)

    def test_absolute_form(self):
        self.start("mxauth on; mxauth_authorize_endpoint on;")
        self.assertEqual(self.ask("http://hs.test" + SYNC).status, 401)
        self.assertEqual(self.ask("http://hs.test" + LOGIN).json["path"], LOGIN)
        for path in ("http://hs.test", "http://hs.test?" + LOGIN, "http://hs.test//" + LOGIN):
            self.assertIn(self.ask(path).status, (400, 404))

    def test_the_homeserver_sees_what_was_sent(self):
        self.start("mxauth on; mxauth_authorize_endpoint on;")
        for path in ("/_matrix/client/v3/directory/room/%23a%2Fb:hs.test", "/_matrix/client/v3/%73ync?a=%2F..%2F",
                     "/_matrix/client/v3/profile/%40alice%3Ahs.test"):
            self.assertEqual(self.ask(path, self.jwt()).json["path"], path)

    def test_rewritten_paths_are_asked_about_as_rewritten(self):
        """What proxy_pass sends then is nginx's own encoding, in which %2F has become a slash."""
        self.run_nginx(self.http(
            f"location /_matrix/ {{ mxauth on; mxauth_authorize_endpoint on; proxy_pass http://{self.upstream.address}; }}"
            "location /public/ { rewrite ^/public/(.*)$ /_matrix/client/v3/$1 last; }"
            "location /hidden { rewrite ^ /_matrix/client/v3/sync last; }"
            "location /_matrix/client/v3/old { rewrite ^ /_matrix/client/v3/account/whoami break; mxauth on; "
            f"mxauth_authorize_endpoint on; proxy_pass http://{self.upstream.address}; }}"))
        self.assertEqual(self.ask("/public/login").json["path"], LOGIN)
        self.assertEqual(self.ask("/public/sync", self.jwt()).json["path"], SYNC)
        self.upstream.count = 0
        for path in ("/hidden", "/public/sync", "/public/account%2Fwhoami", "/_matrix/client/v3/old", "/public/%73ync"):
            with self.subTest(path):
                self.assertRefused(self.ask(path), 401, "M_MISSING_TOKEN")
        for path in ("/public/login%2Fx", "/public/login%2520", "/public/login%3Fx"):
            with self.subTest(path):
                self.assertRefused(self.ask(path), 404, "M_UNRECOGNIZED")

    def test_encoded_location(self):
        """nginx finds the location by the decoded path; the table reads what was sent."""
        self.run_nginx(self.http(
            self.location("return 403;") + self.location("mxauth on; mxauth_authorize_endpoint on;", "/_matrix/client/")))
        self.assertEqual(self.ask("/_matrix/client/v3/%73ync").status, 401)
        self.assertEqual(self.ask("/%5Fmatrix/client/v3/%6Cogin").json["path"], "/%5Fmatrix/client/v3/%6Cogin")
        self.assertEqual(self.ask("/_matrix%2Fclient%2Fv3%2Flogin").status, 404)
