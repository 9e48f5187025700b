# SPDX-License-Identifier: Apache-2.0
"""Signed notices that are good, and whom they hit."""
import mxauth
from answers import SUBJECT
from issuer import Reply
from notices import CLIENT, LOGOUT, REVOKED, Notices
from noticing import FIRST, NoticeCase
from tokens import AUDIENCE, key_set, new_key, token


class LogoutTokens(NoticeCase):
    def test_session(self):
        self.assertTaken(self.notices.logout(sid="session-1"), "first")

    def test_subject(self):
        self.assertTaken(self.notices.logout(sub=SUBJECT), "first", "second")

    def test_session_of_a_subject(self):
        """Section 2.4: with sid it is that session."""
        self.assertTaken(self.notices.logout(sub=SUBJECT, sid="session-1"), "first")

    def test_nobodys(self):
        self.assertTaken(self.notices.logout(sid="session-9"))
        self.assertTaken(self.notices.logout(sub="01NOBODY"))

    def test_types(self):
        """JWT and none at all as well: older issuers know no other, and `events` makes the difference."""
        for typ in ("logout+jwt", "LOGOUT+JWT", "application/logout+jwt", "JWT", None):
            with self.subTest(typ):
                self.setUp()
                self.assertTaken(self.notices.logout(typ, sid="session-1"), "first")

    def test_audiences(self):
        for audience in (CLIENT, [CLIENT], ["https://elsewhere.test", CLIENT], AUDIENCE, [AUDIENCE]):
            with self.subTest(audience):
                self.setUp()
                self.assertTaken(self.notices.logout(sid="session-1", aud=audience), "first")

    def test_logins_after_it(self):
        self.assertTaken(self.notices.logout(sub=SUBJECT), "first", "second")
        self.clock.advance(2)
        self.assertStatus(self.v.wait(self.new("unseen", FIRST)), mxauth.OK)
        self.assertRevoked(self.tokens["first"][0])

    def test_session_ends_for_good(self):
        self.assertTaken(self.notices.logout(sid="session-1"), "first")
        self.clock.advance(2)
        self.assertStatus(self.v.wait(self.new("unseen", FIRST)), mxauth.REVOKED)

    def test_other_events_beside_it(self):
        self.assertTaken(
            self.notices.logout(sid="session-1", events={"https://x.test/other": {"a": 1}, LOGOUT: {}}), "first")

    def test_not_an_access_token(self):
        """What ends sessions opens none."""
        notice = self.notices.logout(sub=SUBJECT)
        self.assertStatus(self.v.wait(notice), mxauth.TYPE_NOT_ACCEPTED)


class SecurityEvents(NoticeCase):
    def test_user(self):
        self.assertTaken(self.notices.event(sub_id=self.notices.user(SUBJECT)), "first", "second")

    def test_session_of_a_user(self):
        subject = self.notices.complex(
            session=self.notices.session("session-1"), user=self.notices.user(SUBJECT))
        self.assertTaken(self.notices.event(sub_id=subject), "first")

    def test_session(self):
        subject = self.notices.complex(session=self.notices.session("session-3"))
        self.assertTaken(self.notices.event(sub_id=subject), "other")

    def test_complex_user(self):
        subject = self.notices.complex(user=self.notices.user(SUBJECT))
        self.assertTaken(self.notices.event(sub_id=subject), "first", "second")

    def test_types(self):
        for typ in ("secevent+jwt", "SecEvent+JWT", "application/secevent+jwt", "JWT", None):
            with self.subTest(typ):
                self.setUp()
                self.assertTaken(
                    self.notices.event(typ, sub_id=self.notices.user(SUBJECT)), "first", "second")

    def test_without_details(self):
        notice = self.notices.event(events={REVOKED: {}}, sub_id=self.notices.user(SUBJECT))
        self.assertTaken(notice, "first", "second")

    def test_replayed(self):
        notice = self.notices.event(sub_id=self.notices.user("01BOB"))
        self.assertTaken(notice, "other")
        self.assertStatus(self.v.revoke_signed(notice), mxauth.NOTICE_REPLAYED)
        self.assertHits("other")


class Keys(NoticeCase):
    """Of an issuer whose keys have to be fetched."""

    def setUp(self):
        super().setUp()
        self.server.routes["/jwks"] = Reply(key_set(self.key))
        self.fetching = self.validator(
            ("jwks_uri", self.server.origin + "/jwks"), issuer=self.server, clock=self.clock, drive=False)

    def test_pending(self):
        good = token(self.key, self.server.origin, **FIRST)
        notice = self.notices.logout(sid="session-1", aud=AUDIENCE)
        self.assertStatus(self.fetching.revoke_signed(notice), mxauth.PENDING)
        self.drive(self.fetching)
        self.until(lambda: self.fetching.stats.key_sets == 1, "the key set")
        self.assertStatus(self.fetching.revoke_signed(notice), mxauth.OK)
        self.assertStatus(self.fetching.revoke_signed(notice), mxauth.NOTICE_REPLAYED)
        self.assertStatus(self.fetching.wait(good), mxauth.REVOKED)

    def test_rotated_key(self):
        self.drive(self.fetching)
        self.assertStatus(self.fetching.wait(token(self.key, self.server.origin, **FIRST)), mxauth.OK)
        new = new_key("second")
        self.server.routes["/jwks"] = Reply(key_set(new))
        notice = self.notices.logout(sid="session-1", aud=AUDIENCE, key=new)
        self.assertStatus(self.fetching.revoke_signed(notice), mxauth.PENDING)
        self.until(lambda: self.fetching.revoke_signed(notice) != mxauth.PENDING, "the new key")
        self.assertStatus(self.fetching.revoke_signed(notice), mxauth.NOTICE_REPLAYED)
        self.assertStatus(self.fetching.wait(token(new, self.server.origin, **FIRST)), mxauth.REVOKED)

    def test_issuer_that_is_away(self):
        self.server.stop()
        self.drive(self.fetching)
        notice = self.notices.logout(sid="session-1", aud=AUDIENCE)
        self.fetching.revoke_signed(notice)
        self.until(lambda: self.fetching.revoke_signed(notice) != mxauth.PENDING, "a failure")
        self.assertStatus(self.fetching.revoke_signed(notice), mxauth.KEYS_UNAVAILABLE)
        self.server.start()
        self.clock.advance(2)
        self.until(lambda: self.fetching.revoke_signed(notice) == mxauth.OK, "the key set")


class TwoIssuers(NoticeCase):
    def setUp(self):
        super().setUp()
        self.other, self.other_key = "https://other.test", new_key("first")
        options = [("server_name", "hs.test")]
        for name, key in ((self.server.origin, self.key), (self.other, self.other_key)):
            keys = Reply(key_set(key)).body.decode()
            options += [("issuer", name), ("issuer.audience", AUDIENCE), ("issuer.keys", keys)]
        self.v = mxauth.Validator(options, self.clock)
        self.addCleanup(self.v.close)
        more = FIRST | {"jti": "j", "iat": self.now}
        self.ours = [token(self.key, self.server.origin, **more) for _ in range(2)]
        self.theirs = [token(self.other_key, self.other, **more) for _ in range(2)]
        self.good(self.ours[0])
        self.good(self.theirs[0])

    def assertOnly(self, ours, theirs):
        for tokens, status in ((self.ours, ours), (self.theirs, theirs)):
            for one in tokens:
                self.assertStatus(self.v.validate(one), status)

    def test_a_notice_is_about_its_own_issuers_tokens(self):
        notices = self.notices
        for make in (
                lambda: notices.logout(sid="session-1", aud=AUDIENCE),
                lambda: notices.logout(sub=SUBJECT, aud=AUDIENCE),
                lambda: notices.event(sub_id=notices.user(SUBJECT), aud=AUDIENCE),
                lambda: notices.event(
                    sub_id=notices.complex(session=notices.session("session-1")), aud=AUDIENCE)):
            self.setUp()
            notices = self.notices
            self.assertStatus(self.v.revoke_signed(make()), mxauth.OK)
            self.assertOnly(mxauth.REVOKED, mxauth.OK)

    def test_subjects_of_another_issuer(self):
        """Ours says that their user is out: it is not its to say."""
        user = self.notices.user(SUBJECT, self.other)
        for subject in (user, self.notices.complex(user=user)):
            status = self.v.revoke_signed(self.notices.event(sub_id=subject, aud=AUDIENCE))
            self.assertStatus(status, mxauth.NOTICE_INVALID)
            self.assertOnly(mxauth.OK, mxauth.OK)

    def test_signed_by_one_in_the_name_of_the_other(self):
        forged = Notices(self.other, self.key, self.clock).logout(sid="session-1", aud=AUDIENCE)
        self.assertStatus(self.v.revoke_signed(forged), mxauth.SIGNATURE_INVALID)
        self.assertOnly(mxauth.OK, mxauth.OK)

    def test_each_has_its_own_jti(self):
        for issuer, key in ((self.server.origin, self.key), (self.other, self.other_key)):
            notice = Notices(issuer, key, self.clock).logout(sid="session-1", aud=AUDIENCE, jti="same")
            self.assertStatus(self.v.revoke_signed(notice), mxauth.OK)
            self.assertStatus(self.v.revoke_signed(notice), mxauth.NOTICE_REPLAYED)
        self.assertOnly(mxauth.REVOKED, mxauth.REVOKED)

    def test_the_hosts_own_revocations_are_of_all(self):
        """Whoever calls mxauth_revoke knows no issuer, unless it is one."""
        self.revoke(mxauth.REVOKE_ISSUER, self.server.origin)
        self.assertOnly(mxauth.REVOKED, mxauth.OK)
        self.revoke(mxauth.REVOKE_SUBJECT, SUBJECT)
        self.assertOnly(mxauth.REVOKED, mxauth.REVOKED)
