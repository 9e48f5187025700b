# SPDX-License-Identifier: Apache-2.0
"""What the homeserver is told: the token's own identity, and nothing that a client has made up."""
from pathlib import Path

from case import IDENTITY, NginxCase
from server import until

FORGED = [("X-User", "@mallory:hs.test"), ("X-Device", "M"), ("X-Client", "m"), ("X-Grants", "4"), ("X-Status", "MXAUTH_OK"),
          ("X_User", "@mallory:hs.test"), ("x-user", "@mallory:hs.test")]


class Identity(NginxCase):
    def test_forged_headers_are_replaced(self):
        self.start()
        self.assertPasses(self.ask(token=self.jwt(), headers=FORGED))

    def test_forged_headers_are_removed(self):
        """Also where there is nothing to put in their place."""
        self.start("mxauth optional;")
        self.assertAnonymous(self.ask(headers=FORGED), "MXAUTH_TOKEN_MISSING")

    def test_forged_headers_with_mxauth_off(self):
        self.start("mxauth off;")
        self.assertAnonymous(self.ask(headers=FORGED))

    def test_forged_headers_where_no_token_is_looked_at(self):
        self.start("mxauth on; mxauth_authorize_endpoint on;")
        self.assertAnonymous(self.ask("/_matrix/client/v3/login", self.jwt(), headers=FORGED))
        self.assertAnonymous(self.ask("/_matrix/client/v3/sync", method="OPTIONS", headers=FORGED))

    def test_what_the_token_lacks_stays_empty(self):
        self.start()
        answer = self.ask(token=self.jwt(scope="urn:matrix:client:api:*"), headers=FORGED)
        seen = {name.lower(): value for name, value in answer.json["headers"]}
        self.assertEqual((seen["x-user"], seen.get("x-device")), ("@alice:hs.test", None))

    def test_control_characters_go_nowhere(self):
        """An introspected device ID or client ID can be any text: no line of it may become a header."""
        self.start()
        for members in ({"device_id": "A\r\nX-Admin: 1"}, {"device_id": "A\nB"}, {"client_id": "c\r\nX-Admin: 1"},
                        {"client_id": "c\x7f"}, {"device_id": "A\tB"}):
            with self.subTest(members):
                answer = self.ask(token=self.opaque(**members))
                self.assertIn(answer.status, (401, 403, 500, 503), answer.body)
        self.assertEqual(self.upstream.count, 0)

    def test_odd_but_harmless_device(self):
        self.start()
        answer = self.ask(token=self.opaque(device_id="Handy \u00fc \"x\""))
        self.assertPasses(answer, device="Handy \u00c3\u00bc \"x\"", client="01FJ45AV1EV2MZJS7CXZ9Q3FAR")

    def test_log_format_and_map(self):
        folder = self.folder()
        self.run_nginx("""
    log_format who '$status $mxauth_status $mxauth_user_id';
    map $mxauth_user_id $is_alice { default no; @alice:hs.test yes; }
""" + self.http(self.location(
            f"mxauth optional; access_log {folder}/who who; {IDENTITY} proxy_set_header X-Alice $is_alice;")))
        self.assertIn(["X-Alice", "yes"], self.ask(token=self.jwt()).json["headers"])
        self.assertIn(["X-Alice", "no"], self.ask().json["headers"])
        self.ask(token=b"nonsense")
        # In any order: a worker writes its line after the answer, and the next request may be another worker's.
        until(lambda: sorted(Path(folder, "who").read_text().splitlines()) == [
            "200 MXAUTH_OK @alice:hs.test", "200 MXAUTH_TOKEN_MISSING -", "401 MXAUTH_TOKEN_INACTIVE -"], "the lines of the log")


class QueryToken(NginxCase):
    def test_query(self):
        self.start("mxauth on; mxauth_query_token on;")
        good = self.jwt().decode()
        self.assertPasses(self.ask(f"/?a=b&access_token={good}"))
        self.assertPasses(self.ask(f"/?access%5Ftoken={good}"))
        self.assertPasses(self.ask("/", good))

    def test_refusals(self):
        self.start("mxauth on; mxauth_query_token on;")
        good = self.jwt().decode()
        for path, made in ((f"/?access_token={good}", good), (f"/?access_token={good}&access_token={good}", None),
                           ("/?access_token=", None), ("/?access_token=%00", None)):
            with self.subTest(path[:20]):
                answer = self.ask(path, made)
                self.assertIn(answer.status, (400, 401))
        self.assertRefused(self.ask("/?token=" + good), 401, "M_MISSING_TOKEN")


class CrossOrigin(NginxCase):
    RECIPE = """mxauth on; add_header Access-Control-Allow-Origin * always;
        add_header Access-Control-Expose-Headers WWW-Authenticate always; proxy_hide_header Access-Control-Allow-Origin;"""

    def test_recipe(self):
        """A script in a browser can read refusals, and there is one header, not two."""
        self.start(self.RECIPE)
        for made, status in ((None, 401), (b"nonsense", 401), (self.jwt(), 200)):
            answer = self.ask(token=made)
            self.assertEqual((answer.status, answer.all("Access-Control-Allow-Origin")), (status, ["*"]))
        self.assertEqual(self.ask(method="OPTIONS").all("Access-Control-Allow-Origin"), ["*"])
