# SPDX-License-Identifier: Apache-2.0
"""Synapse as it is installed, behind the introspection server, with tokens of ordinary issuers."""

import asyncio
import logging
import time
import unittest

import nio
from issuers import API, Issuer
from processes import SECRET, IntrospectionServer, Synapse, request, until

import issuer

REFUSED = 401, {"errcode": "M_UNKNOWN_TOKEN", "error": "Token is not active", "soft_logout": False}
UNAVAILABLE = 503
HELD = {}
logging.getLogger("nio").setLevel(logging.ERROR)  # It warns of each refusal.


def setUpModule():
    HELD["jwts"], HELD["opaque"] = Issuer(), Issuer()
    synapse = HELD["synapse"] = Synapse()
    server = HELD["server"] = IntrospectionServer(
        HELD["jwts"].of_jwts() | HELD["opaque"].of_opaque_tokens(cache_ttl=1, retry_min=1), synapse.url
    ).start()
    synapse.start(server.url)


def tearDownModule():
    for process in (HELD["synapse"], HELD["server"]):
        process.__exit__()
    for server in (HELD["jwts"], HELD["opaque"]):
        server.stop()


class SynapseCase(unittest.TestCase):
    def setUp(self):
        self.jwts, self.opaque = HELD["jwts"], HELD["opaque"]
        self.synapse, self.server = HELD["synapse"], HELD["server"]

    def assert_is(self, token, user, device=None):
        status, body = self.synapse.whoami(token)
        self.assertEqual(
            (status, body.get("user_id"), body.get("device_id")), (200, f"@{user}:example.org", device), body
        )

    def assert_refused(self, token):
        self.assertEqual(self.synapse.whoami(token), REFUSED)


class Clients(SynapseCase):
    def talk(self, token, user, device):
        """What a client does from its first request on, by matrix-nio."""

        async def session():
            client = nio.AsyncClient(self.synapse.url.rstrip("/"), f"@{user}:example.org", device)
            client.access_token = token
            try:
                me = await client.whoami()
                room = await client.room_create(name="Plans", topic="Nothing yet")
                sent = await client.room_send(room.room_id, "m.room.message", {"msgtype": "m.text", "body": "Hello"})
                synced = await client.sync(timeout=0, full_state=True)
                return me, room, sent, synced
            finally:
                await client.close()

        me, room, sent, synced = asyncio.run(session())
        self.assertEqual((me.user_id, me.device_id), (f"@{user}:example.org", device))
        events = synced.rooms.join[room.room_id].timeline.events
        bodies = {event.event_id: event.body for event in events if isinstance(event, nio.RoomMessageText)}
        self.assertEqual(bodies, {sent.event_id: "Hello"})

    def test_with_a_jwt(self):
        self.talk(self.jwts.jwt("NIOJWTDEVICE", user="nora"), "nora", "NIOJWTDEVICE")

    def test_with_an_opaque_token(self):
        self.talk(self.opaque.token("NIOOPAQUEDEV"), "alice", "NIOOPAQUEDEV")

    def test_both_tokens_of_one_device(self):
        for token in (self.jwts.jwt("SHAREDDEVICE"), self.opaque.token("SHAREDDEVICE"), self.jwts.jwt("SHAREDDEVICE")):
            self.assert_is(token, "alice", "SHAREDDEVICE")

    def test_every_signature_algorithm_of_the_issuer(self):
        for algorithm in ("RS256", "PS512", "ES256", "EdDSA"):
            self.assert_is(self.jwts.jwt(algorithm=algorithm), "alice", "ABCDEFGHIJ")

    def test_a_user_who_is_there_already_keeps_the_profile(self):
        self.synapse.as_mas("provision_user", {"localpart": "old", "set_displayname": "Old Hand"})
        self.assert_is(self.jwts.jwt("OLDHANDDEVICE", user="old"), "old", "OLDHANDDEVICE")
        self.assertEqual(self.synapse.as_mas("query_user?localpart=old")[1]["display_name"], "Old Hand")

    def test_an_administrator_by_scope(self):
        plain = self.jwts.jwt("ADMINDEVICE1", user="root")
        admin = self.jwts.jwt("ADMINDEVICE2", user="root", scope=f"{API} urn:synapse:admin:*")
        self.assert_is(plain, "root", "ADMINDEVICE1")
        self.assertEqual(self.synapse.admin("GET", "v2/users/@root:example.org", plain)[0], 403)
        self.assertEqual(self.synapse.admin("GET", "v2/users/@root:example.org", admin)[0], 200)

    def test_clients_are_told_of_the_issuer(self):
        """What Synapse asks of MAS besides: metadata, of which it needs issuer and account_management_uri."""
        found = request(self.synapse.url + "_matrix/client/v1/auth_metadata")[1]
        self.assertEqual(found["issuer"], "https://auth.example.org/")
        self.assertEqual(found["revocation_endpoint"], "https://auth.example.org/revocation_endpoint")
        self.assertNotIn("introspection_endpoint", found)
        self.assertEqual(
            request(self.synapse.url + ".well-known/matrix/client")[1]["org.matrix.msc2965.authentication"],
            {"issuer": "https://auth.example.org/", "account": "https://auth.example.org/account_management_uri"},
        )


class Refusals(SynapseCase):
    def test_tokens_that_are_none(self):
        """Each kind that the issuer labels: expired, tampered with, of others, without scope."""
        tokens = issuer.labelled_tokens(self.jwts.issuer)
        bad = {label: token for label, token in tokens.items() if not label.startswith("good")}
        self.assertEqual(len(bad), 11)
        for label, token in bad.items():
            with self.subTest(label):
                self.assert_refused(token)
        for label, token in issuer.labelled_opaque_tokens(self.opaque.opaque).items():
            if label != "good":
                with self.subTest(label):
                    self.assert_refused(token)

    def test_a_foreign_issuer_of_the_same_make(self):
        other = Issuer()
        self.addCleanup(other.stop)
        self.assert_refused(other.jwt())
        self.assert_refused(other.jwt(iss=self.jwts.url))
        self.assert_refused(other.token())

    def test_a_tampered_token_whose_original_is_cached(self):
        token = self.jwts.jwt("TAMPEREDWITH")
        self.assert_is(token, "alice", "TAMPEREDWITH")
        head, _, signature = token.rpartition(".")
        self.assert_refused(f"{head}.{signature[::-1]}")
        self.assert_refused(token + "A")
        self.assert_is(token, "alice", "TAMPEREDWITH")

    def test_a_refusal_that_synapse_has_cached(self):
        """For two minutes the token is refused, though it has become good in the third second of them."""
        token = self.jwts.jwt("NOTYETVALID1", nbf=int(time.time()) + 33)  # with 30 s of leeway
        self.assert_refused(token)
        until(lambda: self.server.introspect(token)[1]["active"], "a token that is valid by now")
        self.assert_refused(token)

    def test_users_that_are_none(self):
        for user in ("Alice", "a b", "@alice:other.example.org", ""):
            with self.subTest(user):
                self.assert_refused(self.jwts.jwt(user=user))

    def test_no_token(self):
        status, body = self.synapse.whoami(None)
        self.assertEqual((status, body["errcode"]), (401, "M_MISSING_TOKEN"))

    def test_the_secret_is_no_token(self):
        self.assert_refused("shared")

    def test_the_end_of_a_token_that_synapse_has_cached(self):
        token = self.jwts.jwt("SHORTLIVED01", lifetime=3)
        self.assert_is(token, "alice", "SHORTLIVED01")
        until(lambda: self.synapse.whoami(token) == REFUSED, "the token's end")

    def test_an_issuer_that_is_away(self):
        """503, which logs nobody out, and good again as soon as the issuer is."""
        token, port = self.opaque.token("AWAYDEVICE01"), self.opaque.server_port
        self.opaque.stop()
        status, body = self.synapse.whoami(token)
        HELD["opaque"] = back = Issuer(port)
        back.opaque = self.opaque.opaque
        self.assertEqual((status, body["errcode"]), (UNAVAILABLE, "M_UNKNOWN"))
        until(lambda: self.synapse.whoami(token)[0] == 200, "the issuer that is back")


class Revocations(SynapseCase):
    """After how long a token is refused, and why."""

    def test_revoked_here_refused_by_the_next_request(self):
        """The server deletes the device, and Synapse looks for it on every request, whatever it has cached."""
        for token, device in (
            (self.jwts.jwt("REVOKEDJWT00"), "REVOKEDJWT00"),
            (self.opaque.token("REVOKEDOPAQ0"), "REVOKEDOPAQ0"),
        ):
            with self.subTest(device):
                self.assert_is(token, "alice", device)
                self.assert_is(token, "alice", device)
                self.assertEqual(self.server.revoke(token, client_id="01CLIENT")[0], 200)
                self.assert_refused(token)
                self.assert_refused(token)

    def test_the_device_goes_with_all_its_tokens_and_no_other(self):
        first, second, other = (
            self.jwts.jwt("GOESAWAY0001"),
            self.jwts.jwt("GOESAWAY0001", jti="2"),
            self.jwts.jwt("STAYSHERE001"),
        )
        for token in (first, second, other):
            self.assertEqual(self.synapse.whoami(token)[0], 200)
        self.server.revoke(first)
        self.assert_refused(first)
        self.assert_refused(second)
        self.assert_is(other, "alice", "STAYSHERE001")

    def test_the_same_device_after_a_later_login(self):
        old = self.jwts.jwt("SAMEDEVICE01")
        self.assert_is(old, "alice", "SAMEDEVICE01")
        self.server.revoke(old)
        self.assert_refused(old)
        new = self.jwts.jwt("SAMEDEVICE01", iat=int(time.time()) + 5)
        self.assert_is(new, "alice", "SAMEDEVICE01")
        self.assert_refused(old)
        self.server.revoke(new)
        self.assert_refused(new)

    def test_revoked_before_synapse_has_seen_it(self):
        token = self.jwts.jwt("NEVERSEEN001")
        self.server.revoke(token)
        self.assert_refused(token)

    def test_the_issuer_hears_of_it(self):
        token = self.opaque.token("ISSUERHEARS1")
        self.server.revoke(token)
        self.assertEqual(self.opaque.revocations[-1][0]["token"], token)
        self.assertEqual(self.opaque.opaque.introspect({"token": token}, "Bearer secret")[1], {"active": False})

    def test_a_client_sees_the_end(self):
        token = self.jwts.jwt("NIOREVOKED01")

        async def session():
            client = nio.AsyncClient(self.synapse.url.rstrip("/"), "@alice:example.org", "NIOREVOKED01")
            client.access_token = token
            try:
                before = await client.whoami()
                self.server.revoke(token)
                return before, await client.whoami(), await client.room_create()
            finally:
                await client.close()

        before, after, room = asyncio.run(session())
        self.assertIsInstance(before, nio.WhoamiResponse)
        self.assertIsInstance(after, nio.WhoamiError)
        self.assertEqual((room.status_code, room.soft_logout), ("M_UNKNOWN_TOKEN", False))

    def test_by_an_administrator(self):
        phone, laptop, other = (
            self.jwts.jwt(device, user=user)
            for device, user in (("PHONE0000001", "bob"), ("LAPTOP000001", "bob"), ("PHONE0000001", "carol"))
        )
        for token in (phone, laptop, other):
            self.assertEqual(self.synapse.whoami(token)[0], 200)
        secret = {"token": SECRET}
        self.assertEqual(
            self.server.post("admin/revoke", {"user_id": "@bob:example.org", "device_id": "PHONE0000001"}, **secret)[0],
            200,
        )
        self.assert_refused(phone)
        self.assert_is(laptop, "bob", "LAPTOP000001")
        self.assertEqual(self.server.post("admin/revoke", {"user_id": "@bob:example.org"}, **secret)[0], 200)
        self.assert_refused(laptop)
        self.assert_is(other, "carol", "PHONE0000001")

    def test_a_device_that_synapse_has_deleted_does_not_come_back(self):
        token = self.jwts.jwt("DELETEDTHERE")
        self.assert_is(token, "alice", "DELETEDTHERE")
        self.synapse.as_mas("delete_device", {"localpart": "alice", "device_id": "DELETEDTHERE"})
        self.assert_refused(token)
        self.assert_refused(token)

    def test_a_user_whom_synapse_has_deactivated(self):
        self.assert_is(self.jwts.jwt("FIRSTDEVICE1", user="gone"), "gone", "FIRSTDEVICE1")
        self.assertEqual(self.synapse.as_mas("delete_user", {"localpart": "gone", "erase": False})[0], 200)
        second = self.jwts.jwt("SECONDDEVICE", user="gone")
        self.assert_refused(self.jwts.jwt("FIRSTDEVICE1", user="gone"))
        self.assert_refused(second)
        self.assert_refused(self.jwts.jwt(None, user="gone", scope=API))

    def test_without_the_server(self):
        """What Synapse has cached goes on; what it has not is 503, and logs nobody out."""
        cached, fresh = self.jwts.jwt("CACHEDTOKEN1"), self.jwts.jwt("FRESHTOKEN01")
        self.assert_is(cached, "alice", "CACHEDTOKEN1")
        self.server.stop()
        try:
            self.assert_is(cached, "alice", "CACHEDTOKEN1")
            self.assertEqual(self.synapse.whoami(fresh)[0], UNAVAILABLE)
        finally:
            self.server.start()
        self.assert_is(fresh, "alice", "FRESHTOKEN01")


class TwoMinutes(unittest.TestCase):
    """Where there is no device to delete, or nobody to delete it. Synapse's clock is fifteen times as fast here: its two
    minutes are eight seconds."""

    PACE = 15

    @classmethod
    def setUpClass(cls):
        cls.issuer, cls.synapse = Issuer(), Synapse()
        cls.addClassCleanup(cls.issuer.stop)
        cls.addClassCleanup(cls.synapse.__exit__)
        cls.server = IntrospectionServer(cls.issuer.of_both(cache_ttl=1), cls.synapse.url).start()
        cls.addClassCleanup(cls.server.__exit__)
        cls.synapse.start(cls.server.url, pace=cls.PACE)

    def end_while_cached(self, make, end):
        """Tokens that Synapse has accepted, that have ended since, and that it still accepts. Begins anew, with other
        tokens, if the machine is so busy that the two minutes were over before."""
        for attempt in range(10):
            tokens = make(attempt)
            for token in tokens:
                self.server.introspect(token)  # Synapse's time limits run fast, too.
            began = time.monotonic()
            before = [self.synapse.whoami(token)[0] for token in tokens]
            end(attempt, *tokens)
            after = [self.synapse.whoami(token)[0] for token in tokens]
            if before == [200] * len(tokens) and time.monotonic() - began < 120 / self.PACE:
                self.assertEqual(after, before)
                return tokens
        return self.fail("ten times too slow")

    def test_what_synapse_is_not_told(self):
        """The server knows of each of the first three, and would say so, but is not asked."""

        def make(attempt):
            return (
                self.issuer.token(f"ATISSUERONLY{attempt}"),
                self.issuer.token(None),
                self.issuer.jwt(f"NOTICEDDEVICE{attempt}", sid=f"session {attempt}", lifetime=86400),
                self.issuer.jwt(f"UNHEARDOF{attempt}", lifetime=86400),
            )

        def end(attempt, at_issuer, no_device, noticed, unheard_of):
            for token in (at_issuer, unheard_of):
                self.issuer.opaque.revoke({"token": token}, None)
            self.assertEqual(self.server.revoke(no_device)[0], 200)
            notice = {"logout_token": self.issuer.notice(sid=f"session {attempt}")}
            self.assertEqual(self.server.post("oauth2/backchannel_logout", notice)[0], 200)
            for token in (at_issuer, no_device, noticed):
                until(lambda: not self.server.introspect(token)[1]["active"], "news of the revocation")

        *ended, unheard_of = self.end_while_cached(make, end)
        for token in ended:
            until(lambda: self.synapse.whoami(token) == REFUSED, "the end of Synapse's cache")
        self.assertEqual(self.synapse.whoami(unheard_of)[0], 200, "a JWT, of which nobody has been told")

    def test_a_device_that_comes_back_brings_its_old_token_back(self):
        """Synapse forgets an answer only when the token comes while the device is gone."""

        def end(attempt, old):
            self.issuer.opaque.revoke({"token": old}, None)
            for change in ("delete_device", "upsert_device"):
                document = {"localpart": "alice", "device_id": f"COMESBACK{attempt}"}
                self.assertLess(self.synapse.as_mas(change, document)[0], 300)

        [old] = self.end_while_cached(lambda attempt: [self.issuer.token(f"COMESBACK{attempt}")], end)
        until(lambda: self.synapse.whoami(old) == REFUSED, "the end of Synapse's cache")
