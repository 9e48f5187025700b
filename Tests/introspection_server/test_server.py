# SPDX-License-Identifier: Apache-2.0
"""The introspection server over HTTP, with a real Synapse and one issuer of both JWTs and opaque tokens."""

import json
import subprocess
import sys
import threading
import time
import unittest

from issuers import API, Issuer
from processes import FORM, METADATA, SECRET, SERVE, IntrospectionServer, Synapse, request, until

import issuer

INACTIVE = {"active": False}
HELD = {}


def setUpModule():
    HELD["issuer"], HELD["synapse"] = Issuer(), Synapse()
    HELD["server"] = IntrospectionServer(HELD["issuer"].of_both(), HELD["synapse"].url).start()
    HELD["synapse"].start(HELD["server"].url)
    HELD["shown"] = [SECRET]


def tearDownModule():
    log = HELD["server"].log
    for process in (HELD["server"], HELD["synapse"]):
        process.__exit__()
    HELD["issuer"].stop()
    if any(shown in log for shown in HELD["shown"]):
        raise AssertionError("a token or the secret is in the server's log")


class ServerCase(unittest.TestCase):
    def setUp(self):
        self.issuer, self.synapse, self.server = HELD["issuer"], HELD["synapse"], HELD["server"]
        self.issuer.revocation_answer = None

    def jwt(self, *arguments, **claims):
        HELD["shown"].append(self.issuer.jwt(*arguments, **claims))
        return HELD["shown"][-1]

    def opaque(self, device):
        HELD["shown"].append(self.issuer.token(device))
        return HELD["shown"][-1]

    def another(self, issuers=None, synapse=None, **settings):
        server = IntrospectionServer(issuers or self.issuer.of_both(), synapse or self.synapse.url, **settings).start()
        self.addCleanup(server.__exit__)
        return server

    def assert_active(self, token, server=None):
        status, answer, _ = (server or self.server).introspect(token)
        self.assertEqual((status, answer["active"]), (200, True), answer)
        return answer

    def assert_inactive(self, token, server=None):
        self.assertEqual((server or self.server).introspect(token)[:2], (200, INACTIVE))

    def devices(self, user, synapse=None):
        admin = self.jwt(None, user="root", scope=f"{API} urn:synapse:admin:*")
        status, answer = (synapse or self.synapse).admin("GET", f"v2/users/@{user}:example.org/devices", admin)
        self.assertEqual(status, 200)
        return {device["device_id"] for device in answer["devices"]}


class Introspection(ServerCase):
    def test_an_answer(self):
        before = int(time.time())
        status, answer, headers = self.server.introspect(self.jwt("ANSWERDEVICE"), token_type_hint="access_token")
        self.assertEqual(status, 200)
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertTrue(295 <= answer.pop("expires_in") <= 300)
        self.assertTrue(before + 300 <= answer.pop("exp") <= before + 330)
        self.assertTrue(before <= answer.pop("iat") <= before + 30)
        self.assertEqual(
            answer,
            {
                "active": True,
                "token_type": "access_token",
                "username": "alice",
                "sub": "01HXYZ",
                "client_id": "01CLIENT",
                "device_id": "ANSWERDEVICE",
                "scope": "urn:matrix:client:api:* openid",
            },
        )

    def test_scopes_without_a_meaning_are_kept_back(self):
        answer = self.assert_active(self.jwt(scope=f"email {API} profile urn:matrix:client:device:KEPTBACKDEVI"))
        self.assertEqual((answer["scope"], answer["device_id"]), ("urn:matrix:client:api:*", "KEPTBACKDEVI"))

    def test_a_user_with_the_whole_id(self):
        """Synapse would make @@alice:example.org:example.org of it."""
        self.assertEqual(self.assert_active(self.jwt("WHOLEIDUSER1", user="@alice:example.org"))["username"], "alice")

    def test_a_token_of_no_user(self):
        """Synapse would answer 500 to each request with it."""
        server = self.another(self.issuer.of_both(require_user=False))
        self.assert_inactive(self.jwt(user=None), server)
        self.assert_active(self.jwt(), server)

    def test_it_asks_once(self):
        token, before, found = self.opaque("ASKEDONCE001"), self.issuer.introspections, []
        threads = [
            threading.Thread(target=lambda: found.append(self.server.introspect(token)[1]["active"])) for _ in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(found, [True] * 20)
        self.assertEqual(self.issuer.introspections, before + 1)

    def test_the_secret(self):
        token = self.jwt()
        for header in (
            None,
            "",
            "Bearer",
            "Bearer ",
            f"Bearer {SECRET}x",
            f"Bearer {SECRET[:-1]}",
            f"Bearer  {SECRET}",
            f"Bearer {SECRET} {SECRET}",
            f"Basic {SECRET}",
            SECRET,
            f"Bearer {token}",
            "Bearer \xe9",
        ):
            with self.subTest(header):
                headers = {} if header is None else {"Authorization": header}
                status, answer, found = self.server.post("oauth2/introspect", {"token": token}, headers=headers)
                self.assertEqual(
                    (status, answer["error"], found["WWW-Authenticate"]), (401, "invalid_client", "Bearer")
                )
                self.assertNotIn("active", answer)

    def test_requests_that_are_none(self):
        token = self.jwt()
        for body, kind, status in (
            (b"", FORM, 400),
            (b"token=", FORM, 400),
            (b"tok=x", FORM, 400),
            (f"token={token}&token={token}", FORM, 400),
            (b"token=x&token_type_hint=a&token_type_hint=a", FORM, 400),
            (f'{{"token": "{token}"}}', FORM, 400),
            (f"token={token}", {}, 400),
            (f"token={token}", {"Content-Type": "text/plain"}, 400),
            (f'{{"token": "{token}"}}', {"Content-Type": "application/json"}, 400),
            (b"token=" + b"x" * 65536, FORM, 413),
        ):
            with self.subTest(body[:40], kind=kind):
                found, answer, _ = self.server.post("oauth2/introspect", body, token=SECRET, headers=kind)
                self.assertEqual((found, answer["error"]), (status, "invalid_request"))
        for method, path, status in (
            ("GET", "oauth2/introspect", 405),
            ("PUT", "oauth2/introspect", 405),
            ("POST", "oauth2/introspect/", 404),
            ("POST", "oauth2//introspect", 404),
            ("POST", "", 404),
            ("GET", "admin/revoke", 405),
        ):
            with self.subTest(f"{method} {path}"):
                self.assertEqual(request(self.server.url + path, method, token=SECRET)[0], status)

    def test_tokens_that_are_none(self):
        tokens = issuer.labelled_tokens(self.issuer.issuer) | issuer.labelled_opaque_tokens(self.issuer.opaque)
        accepted = {label for label, token in tokens.items() if self.server.introspect(token)[1]["active"]}
        # This server was told any_audience, which is what an issuer of opaque tokens needs that names none.
        self.assertEqual(accepted, {"good", "good-RS256", "good-ES256", "good-PS256", "good-EdDSA", "wrong-audience"})
        for text in ("x", "a.b.c", "\0", "é", "x" * 20000, SECRET):
            with self.subTest(text[:20]):
                self.assert_inactive(text)

    def test_a_refresh_token_by_its_hint(self):
        token = self.jwt()
        self.assertEqual(self.server.introspect(token, token_type_hint="refresh_token")[1], INACTIVE)
        self.assertEqual(self.server.introspect(token, token_type_hint="nonsense")[1], INACTIVE)

    def test_an_issuer_that_does_not_know_this_server(self):
        server = self.another(self.issuer.of_both(client_secret="wrong"))
        status, answer, _ = server.introspect(self.issuer.token("UNKNOWNTHERE"))
        self.assertEqual((status, answer), (503, {"error": "temporarily_unavailable"}))
        self.assertIn("MXAUTH_ISSUER_REFUSES_US", server.log)

    def test_synapse_with_another_secret(self):
        token = self.jwt("OTHERSECRET1")
        server = self.another()
        (server.folder / "secret").write_text("another")
        server.stop()
        server.start()
        self.assertEqual(server.introspect(token, secret="another")[0], 503)
        self.assertIn("Synapse answers 403 to query_user", server.log)


class Revocation(ServerCase):
    def test_requests_that_are_none(self):
        for body, kind, status in (
            (b"", FORM, 400),
            (b"token=", FORM, 400),
            (b"token=a&token=b", FORM, 400),
            (b"token=a", {}, 400),
            (b"token=" + b"x" * 70000, FORM, 413),
        ):
            with self.subTest(body[:20], kind=kind):
                self.assertEqual(self.server.post("oauth2/revoke", body, headers=kind)[0], status)
        self.assertEqual(request(self.server.url + "oauth2/revoke?token=x")[0], 405)

    def test_scripts_in_browsers(self):
        ask = {"Origin": "https://app.example.org", "Access-Control-Request-Method": "POST"}
        status, _, headers = request(self.server.url + "oauth2/introspect", "GET", headers=ask)
        self.assertEqual((status, headers["Access-Control-Allow-Origin"]), (405, "*"))
        status, _, headers = request(self.server.url + "oauth2/revoke", "OPTIONS", headers=ask)
        self.assertEqual((status, headers["Access-Control-Allow-Origin"]), (200, "*"))

    def test_by_whoever_has_the_token(self):
        """MSC4254: a leaked token may be revoked by whoever found it."""
        token = self.jwt("FOUNDBYWHOM1")
        self.assert_active(token)
        self.assertEqual(self.server.revoke(token)[:2], (200, {}))
        self.assert_inactive(token)
        self.assertEqual(self.issuer.revocations[-1], ({"token": token, "client_id": "01CLIENT"}, None))

    def test_not_by_another_client(self):
        token, before = self.jwt("OTHERCLIENT1"), len(self.issuer.revocations)
        status, answer, _ = self.server.revoke(token, client_id="02CLIENT")
        self.assertEqual((status, answer["error"]), (401, "invalid_client"))
        self.assert_active(token)
        self.assertEqual(len(self.issuer.revocations), before)

    def test_what_is_no_access_token_is_passed_on(self):
        for form, header in (
            ({"token": "mar_x", "token_type_hint": "refresh_token", "client_id": "01CLIENT"}, None),
            ({"token": "nonsense"}, "Basic eDp5"),
        ):
            headers = {"Authorization": header} if header else {}
            self.assertEqual(self.server.post("oauth2/revoke", form, headers=headers)[:2], (200, {}))
            self.assertEqual(self.issuer.revocations[-1], (form, header))
        for answer, status in (
            ((401, {"error": "invalid_client"}), 401),
            ((400, {}), 400),
            ((500, {}), 503),
            ((302, {}), 503),
        ):
            with self.subTest(answer):
                self.issuer.revocation_answer = answer
                self.assertEqual(self.server.revoke("nonsense")[0], status)

    def test_several_issuers(self):
        """A refresh token is shown to none of them: nobody knows whose it is."""
        other = Issuer()
        self.addCleanup(other.stop)
        server, before = self.another(self.issuer.of_both() | other.of_jwts()), len(self.issuer.revocations)
        status, answer, _ = server.revoke("mar_x", token_type_hint="refresh_token")
        self.assertEqual((status, answer["error"]), (400, "unsupported_token_type"))
        token = other.jwt("SECONDISSUER")
        self.assert_active(token, server)
        other.revocation_answer = 503, {}
        self.assertEqual(server.revoke(token)[0], 503)
        other.revocation_answer = None
        until(lambda: server.revoke(token)[0] == 200, "the issuer's answer")
        self.assertEqual({form["token"] for form, _ in other.revocations}, {token})
        self.assertEqual(server.revoke(token)[0], 400, "nobody's any more")
        self.assertEqual(len(self.issuer.revocations), before)

    def test_an_issuer_in_trouble(self):
        """Refused here at once; the client is told to come again, until the issuer has heard of it."""
        for answer in ((503, {}), (500, {})):
            with self.subTest(answer):
                token = self.jwt(f"ISSUERBUSY{answer[0]}")
                self.assert_active(token)
                self.issuer.revocation_answer = answer
                self.assertEqual(self.server.revoke(token)[0], 503)
                self.assert_inactive(token)
                self.issuer.revocation_answer = None
                until(lambda: self.server.revoke(token)[0] == 200, "the issuer's answer")
                self.assertEqual(self.issuer.revocations[-1][0]["token"], token)

    def test_an_issuer_that_refuses(self):
        token = self.jwt("ISSUERSAYSNO")
        self.issuer.revocation_answer = 401, {"error": "invalid_client"}
        self.assertEqual(self.server.revoke(token)[:1], (401,))
        self.assert_inactive(token)

    def test_an_issuer_without_revocation(self):
        plain = Issuer()
        self.addCleanup(plain.stop)
        document = plain.issuer.metadata()
        del document["revocation_endpoint"]
        for path in list(plain.documents)[:2]:
            plain.documents[path] = lambda: document
        server = self.another(plain.of_jwts())
        token = plain.jwt("NOENDPOINT01")
        self.assert_active(token, server)
        self.assertEqual(server.revoke(token)[0], 200)
        self.assert_inactive(token, server)
        self.assertEqual(server.revoke("nonsense")[0], 200)

    def test_synapse_away(self):
        """Nothing is remembered of an introspection that failed; a device whose token was revoked meanwhile is deleted by
        the client's next attempt."""
        synapse = Synapse()
        self.addCleanup(synapse.__exit__)
        server = self.another(synapse=synapse.url)
        token = self.jwt("AWAYREVOKED1")
        self.assertEqual(server.introspect(token)[:2], (503, {"error": "temporarily_unavailable"}))
        self.assert_inactive("x", server)
        synapse.start(server.url)
        self.assert_active(token, server)
        synapse.stop()
        self.assertEqual(server.revoke(token)[0], 503)
        self.assert_inactive(token, server)
        synapse.start(server.url)
        self.assertEqual(self.devices("alice", synapse), {"AWAYREVOKED1"})
        self.assertEqual(server.revoke(token)[0], 200)
        self.assertEqual(self.devices("alice", synapse), set())

    def test_a_restart_forgets(self):
        """What the README warns of; an issuer that is asked about its tokens does not forget."""
        server = self.another()
        jwt, opaque = self.jwt("FORGOTTEN001"), self.opaque("FORGOTTEN002")
        for token in (jwt, opaque):
            self.assert_active(token, server)
            self.assertEqual(server.revoke(token)[0], 200)
            self.assert_inactive(token, server)
        server.stop()
        server.start()
        self.assert_active(jwt, server)
        self.assert_inactive(opaque, server)

    def test_a_device_does_not_outlive_a_race(self):
        """A first introspection and a revocation at once: whichever is first, the device is gone afterwards."""
        names = [f"RACINGDEVICE{number}" for number in range(15)]
        for name in names:
            token = self.jwt(name, user="racer")
            asks = [threading.Thread(target=self.server.introspect, args=[token]) for _ in range(3)]
            ends = threading.Thread(target=self.server.revoke, args=[token])
            for thread in (asks[0], ends, *asks[1:]):
                thread.start()
            for thread in (*asks, ends):
                thread.join()
            self.assert_inactive(token)
        self.assert_active(self.jwt("THEONETHATIS", user="racer"))
        self.assertEqual(self.devices("racer"), {"THEONETHATIS"})

    def test_as_administrator(self):
        tokens = [self.jwt(f"ADMINENDS{number}", user="dora") for number in range(3)]
        for token in tokens:
            self.assert_active(token)
        for form, secret, status in (
            ({"user_id": "@dora:example.org"}, None, 401),
            ({"user_id": "@dora:example.org"}, "wrong", 401),
            ({}, SECRET, 400),
            ({"device_id": "ADMINENDS0"}, SECRET, 400),
            ({"user_id": "dora"}, SECRET, 400),
        ):
            with self.subTest(form, secret=secret):
                self.assertEqual(self.server.post("admin/revoke", form, token=secret)[0], status)
        for token in tokens:
            self.assert_active(token)
        self.assertEqual(
            self.server.post("admin/revoke", {"user_id": "@dora:example.org", "device_id": "ADMINENDS0"}, token=SECRET)[
                0
            ],
            200,
        )
        self.assert_inactive(tokens[0])
        self.assert_active(tokens[1])
        self.assertEqual(self.devices("dora"), {"ADMINENDS1", "ADMINENDS2"})
        self.assertEqual(self.server.post("admin/revoke", {"user_id": "@dora:example.org"}, token=SECRET)[0], 200)
        self.assert_inactive(tokens[1])
        self.assertEqual(self.devices("dora"), set())
        self.assertEqual(self.server.post("admin/revoke", {"user_id": "@nobody:example.org"}, token=SECRET)[0], 200)


class Notices(ServerCase):
    def post(self, notice):
        return self.server.post("oauth2/backchannel_logout", {"logout_token": notice})[0]

    def test_a_session_ends(self):
        ended, other = self.jwt("NOTICEDEVICE", sid="session 1"), self.jwt("NOTICEDEVIC2", sid="session 2")
        self.assert_active(ended)
        notice = self.issuer.notice(sid="session 1", sub="01HXYZ")
        self.assertEqual(self.post(notice), 200)
        self.assert_inactive(ended)
        self.assert_active(other)
        self.assertEqual(self.post(notice), 400, "taken once")

    def test_notices_that_are_none(self):
        token = self.jwt("NOTICEDENIED", sid="session 3")
        stranger = Issuer()
        self.addCleanup(stranger.stop)
        for label, notice in {
            "for another": self.issuer.notice(sid="session 3", aud="other"),
            "an access token": token,
            "nothing": "nonsense",
            "no events": self.issuer.notice(sid="session 3", events=None),
            "of another": self.issuer.notice(sid="session 3", iss=stranger.url),
            "no session": self.issuer.notice(),
            "tampered": self.issuer.notice(sid="session 3")[:-4] + "AAAA",
        }.items():
            with self.subTest(label):
                self.assertEqual(self.post(notice), 400)
        self.assertEqual(
            self.server.post("oauth2/backchannel_logout", {"token": self.issuer.notice(sid="session 3")})[0], 400
        )
        self.assert_active(token)


class Metadata(ServerCase):
    ADDRESS = ".well-known/openid-configuration"

    def test_what_is_overridden_and_what_is_not(self):
        status, document, _ = request(self.server.url + self.ADDRESS)
        self.assertEqual((status, document["account_management_uri"]), (200, METADATA["account_management_uri"]))
        self.assertEqual(document["response_types_supported"], ["code"], "the issuer's own")
        self.assertNotIn("introspection_endpoint", document)

    def test_an_issuer_that_is_away(self):
        away = Issuer()
        server = self.another(away.of_jwts())
        away.stop()
        self.assertEqual(request(server.url + self.ADDRESS)[:2], (503, {"error": "temporarily_unavailable"}))

    def test_what_is_no_document(self):
        odd = Issuer()
        self.addCleanup(odd.stop)
        server, address = self.another(odd.of_jwts(jwks_uri=odd.url + "jwks.json")), "/.well-known/openid-configuration"
        for document in ("text", [1], {}, {"issuer": None}, self.issuer.issuer.metadata()):
            with self.subTest(document):
                odd.documents[address] = lambda document=document: document
                self.assertEqual(request(server.url + self.ADDRESS)[0], 503)
        odd.documents[address] = odd.issuer.metadata
        self.assertEqual(request(server.url + self.ADDRESS)[0], 200, "nothing of it is remembered")

    def test_a_document_that_does_not_do(self):
        server = self.another(metadata={})
        self.assertEqual(request(server.url + self.ADDRESS)[0], 503)
        self.assertIn("authorization_endpoint", server.log)


class Settings(ServerCase):
    def test_settings_that_do_not_do(self):
        for label, change, complaint in (
            ("an unknown option", {"options": {"server_name": "example.org", "colour": "red"}}, "colour"),
            (
                "an option out of range",
                {"options": {"server_name": "example.org", "cache_entries": 1}},
                "cache_entries",
            ),
            ("an option of no issuer", {"issuers": {self.issuer.url: {"server_name": "x"}}}, "server_name"),
            ("no audience", {"issuers": {"https://auth.example.org/": {}}}, "audience"),
            ("no issuer", {"issuers": {}}, "issuer"),
            (
                "plain http",
                {"options": {"server_name": "example.org"}, "issuers": {"http://auth.example.org/": {"audience": "x"}}},
                "http",
            ),
        ):
            with self.subTest(label):
                self.assert_does_not_start(complaint, change)

    def test_the_settings_of_the_readme(self):
        text = SERVE.with_name("README.md").read_text(encoding="utf-8")
        settings = json.loads(text.partition("```json\n")[2].partition("```")[0])
        server = IntrospectionServer(settings.pop("issuers"), settings.pop("synapse"))
        self.addCleanup(server.__exit__)
        del settings["listen"], settings["secret_file"]
        file = server.folder / "settings.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | settings))
        server.start()
        self.assert_inactive("nonsense", server)

    def test_secrets_that_are_none(self):
        for text in ("", "\n", "two words"):
            with self.subTest(text):
                self.assert_does_not_start("one word", {}, secret=text)

    def assert_does_not_start(self, complaint, change, secret=SECRET):
        change = dict(change)
        server = IntrospectionServer(change.pop("issuers", self.issuer.of_both()), self.synapse.url, **change)
        self.addCleanup(server.__exit__)
        (server.folder / "secret").write_text(secret)
        done = subprocess.run(
            [sys.executable, str(SERVE), str(server.folder / "settings.json")],
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(complaint, done.stderr)
        self.assertNotIn(SECRET, done.stderr)
