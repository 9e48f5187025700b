# SPDX-License-Identifier: Apache-2.0
"""What nginx says of a configuration before it serves: wrong values with directive and line, and how levels inherit."""
import json
from pathlib import Path

from case import NginxCase
from client import ask
from server import free_port
from tokens import key_set, new_key, token


class Faults(NginxCase):
    def refused(self, http, *expected):
        """`nginx -t` fails and says all of `expected`."""
        status, text = self.nginx(http).check()
        self.assertNotEqual(status, 0, text)
        for part in expected:
            self.assertIn(part, text)
        return text

    def line_of(self, http, directive):
        """The line that `directive` will have in the file."""
        text = self.nginx(http).file.read_text()
        return next(number for number, line in enumerate(text.splitlines(), 1) if directive in line)

    def refused_at(self, http, directive, *expected):
        return self.refused(http, *expected, f"nginx.conf:{self.line_of(http, directive)}")

    def test_good(self):
        status, text = self.nginx(self.http(self.location())).check()
        self.assertEqual(status, 0, text)
        self.assertEqual(self.server.requests, [], "a check asks no issuer")

    def test_unknown_option(self):
        http = self.http(self.location(), ("issuer.leway", "30"))
        self.refused_at(http, "issuer.leway", '"mxauth_option" for "issuer.leway"', "no option of that name")

    def test_value_out_of_range(self):
        http = self.http(self.location(), ("issuer.leeway", "400"))
        self.refused_at(http, "issuer.leeway", '"mxauth_option" for "issuer.leeway"', '0 to 300, not "400"')

    def test_bad_issuer(self):
        http = self.http(self.location(), ("issuer", "not an issuer"))
        self.refused(http, '"mxauth_issuer"')

    def test_option_of_no_issuer(self):
        http = f"mxauth_option issuer.leeway 30; server {{ listen 127.0.0.1:@PORT@; {self.location()} }}"
        self.refused_at(http, "issuer.leeway", '"mxauth_option" for "issuer.leeway"')

    def test_secret_is_not_shown(self):
        http = self.http(self.location()).replace("secret-of-the-homeserver", "guarded\x07word")
        self.assertNotIn("guarded", self.refused_at(http, "issuer.client_secret", '"issuer.client_secret"'))

    def test_something_is_missing(self):
        http = f"""mxauth_option server_name hs.test;
    mxauth_issuer {self.server.origin};
    server {{ listen 127.0.0.1:@PORT@; {self.location()} }}"""
        self.refused_at(http, "mxauth_option server_name", "from", "issuer.audience")

    def test_no_issuer(self):
        for directives in ("mxauth on;", "mxauth optional;", "mxauth_metrics;"):
            http = f"server {{ listen 127.0.0.1:@PORT@; location / {{ {directives} }} }}"
            self.refused(http, 'without "mxauth_issuer"')

    def test_words(self):
        for directive in (
                "mxauth maybe;", "mxauth ON2;", "mxauth;", "mxauth on off;", "mxauth_authorize_endpoint yes;", "mxauth_query_token 1;",
                "mxauth_timeout soon;", "mxauth_require_scope;", "mxauth_metrics on;", "mxauth on; mxauth on;",
                "mxauth_metrics; mxauth_metrics;", "mxauth_timeout 1s; mxauth_timeout 2s;"):
            with self.subTest(directive):
                http = self.http(self.location("mxauth on; " + directive if "mxauth " not in directive else directive))
                self.refused_at(http, directive, f'"{directive.split(";")[0].split()[0]}"')

    def test_where_directives_may_stand(self):
        for http in (
                f"server {{ location / {{ mxauth_issuer {self.server.origin}; }} }}",
                "server { location / { mxauth_option server_name hs.test; } }", "mxauth_metrics;",
                "server { mxauth_metrics; }"):
            self.refused(http, "directive is not allowed here")

    def test_scope_that_grants_nothing(self):
        for scope in ("urn:matrix:client:apis", "urn:matrix:client:device:ABC", '"a\\"b"'):
            with self.subTest(scope):
                http = self.http(self.location(f"mxauth on; mxauth_require_scope {scope};"))
                self.refused_at(http, "mxauth_require_scope", '"mxauth_require_scope" at')

    def test_files_that_are_not_there(self):
        for name in ("issuer.keys_file", "issuer.client_secret_file", "issuer.client_key_file"):
            with self.subTest(name):
                self.refused_at(self.http(self.location(), (name, "missing")), name, f'"mxauth_option" for "{name}"')


class Levels(NginxCase):
    def test_paths_begin_at_the_configuration(self):
        web = self.nginx(self.http(self.location(), ("issuer.client_secret_file", "of-the-folder")))
        status, text = web.check()
        self.assertNotEqual(status, 0)
        self.assertIn("issuer.client_secret_file", text)
        (web.folder / "of-the-folder").write_text("something\n")
        self.assertEqual(web.check()[0], 0)

    def test_inner_levels_win(self):
        good = self.jwt()
        self.run_nginx(self.http(
            self.location("") + self.location("mxauth off;", "/off") + self.location("mxauth optional;", "/optional")
            + self.location("mxauth_require_scope urn:synapse:admin:*;", "/admin"), server="mxauth on;"))
        self.assertPasses(self.ask("/", good))
        self.assertEqual(self.ask("/").status, 401)
        self.assertAnonymous(self.ask("/off"))
        self.assertAnonymous(self.ask("/optional"), "MXAUTH_TOKEN_MISSING")
        self.assertEqual(self.ask("/admin", good).status, 403)

    def test_a_servers_options_replace_all(self):
        """As with proxy_set_header: the other issuer's tokens are not good here, and this one's not there."""
        other, second = new_key("other"), free_port()
        path = Path(self.folder()) / "keys.json"
        path.write_text(json.dumps(key_set(other)))
        self.run_nginx(self.http(self.location()) + f"""
    server {{
        listen 127.0.0.1:{second};
        mxauth_option server_name hs.test;
        mxauth_issuer https://other.test/;
        mxauth_option issuer.keys_file {path};
        mxauth_option issuer.any_audience true;
        {self.location()}
    }}""")
        here, there = self.jwt(), token(other, "https://other.test/")
        self.assertPasses(self.ask(token=here))
        self.assertEqual(ask(second, "/", there).status, 200)
        self.assertEqual(self.ask(token=there).errcode, "M_UNKNOWN_TOKEN")
        self.assertEqual(ask(second, "/", here).errcode, "M_UNKNOWN_TOKEN")

    def test_equal_servers_share_a_validator(self):
        second = free_port()
        server = f"server {{ listen 127.0.0.1:%s; {self.options()} {self.location()} }}\n"
        self.run_nginx(f"{server % '@PORT@'} {server % second}", workers=1)
        made = self.opaque()
        self.assertEqual(self.ask(token=made).status, 200)
        self.assertEqual(ask(second, "/", made).status, 200)
        self.assertEqual(self.endpoint.count, 1)

    def test_require_several_scopes(self):
        self.start("mxauth on; mxauth_require_scope urn:matrix:client:api:* urn:synapse:admin:*; "
                   "mxauth_require_scope urn:example:read;",
                   ("scope_rule", "urn:example:read : GET /_matrix/client/v3/sync"))
        scopes = "urn:matrix:client:api:* urn:synapse:admin:* urn:example:read urn:matrix:client:device:ABCDEFGHIJ"
        self.assertEqual(self.ask(token=self.jwt(scope=scopes)).status, 200)
        for missing in ("urn:synapse:admin:*", "urn:example:read"):
            answer = self.ask(token=self.jwt(scope=" ".join(scopes.replace(missing, "").split())))
            self.assertEqual((answer.status, answer.errcode), (403, "M_FORBIDDEN"))
            self.assertIn('scope="urn:matrix:client:api:* urn:synapse:admin:* urn:example:read"',
                          answer.header("WWW-Authenticate"))
