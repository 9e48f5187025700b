# SPDX-License-Identifier: Apache-2.0
"""Signed notices, and what looks like one, that end nobody's session."""
import base64
import hmac
import json

import mxauth
from answers import SUBJECT
from endpoint import SECRET
from notices import CLIENT, LOGOUT, REVOKED, Notices
from noticing import FIRST, NoticeCase
from tokens import AUDIENCE, claims, new_key, sign

INVALID = mxauth.NOTICE_INVALID
MISSING = (INVALID, mxauth.CLAIM_MISSING)
WRONG = (INVALID, mxauth.CLAIM_INVALID, mxauth.CLAIM_MISSING)


def encode(text):
    return base64.urlsafe_b64encode(text).rstrip(b"=")


class BadLogoutTokens(NoticeCase):
    def refused(self, *expected, **more):
        self.assertRefused(self.notices.logout(**{"sid": "session-1"} | more), *expected)

    def test_signature(self):
        notice = self.notices.logout(sid="session-1")
        head, payload, signature = notice.split(b".")
        self.assertRefused(self.notices.logout(sid="session-1", key=new_key("first")), mxauth.SIGNATURE_INVALID)
        self.assertRefused(notice[:-8] + b"AAAAAAAA", mxauth.SIGNATURE_INVALID)
        for changed in (b".".join([head, payload, b""]), b".".join([head, payload]), notice + b".",
                        b".".join([head, encode(b"{}"), signature]), notice + b"A", notice[:-1]):
            self.assertRefused(changed)

    def test_unsigned(self):
        payload = self.notices.logout(sid="session-1").split(b".")[1]
        for algorithm in ("none", "None", "NONE", "nOnE", ""):
            head = json.dumps({"alg": algorithm, "typ": "logout+jwt", "kid": "first"}).encode()
            for signature in (b"", encode(bytes(64))):
                self.assertRefused(b".".join([encode(head), payload, signature]), mxauth.ALGORITHM_NOT_ALLOWED, 202)

    def test_symmetric(self):
        """With the public key, or the client secret, for a secret."""
        head = encode(b'{"alg":"HS256","typ":"logout+jwt","kid":"first"}')
        signed = head + b"." + self.notices.logout(sid="session-1").split(b".")[1]
        for secret in (self.key.as_pem(private=False), SECRET.encode(), b""):
            signature = encode(hmac.digest(secret, signed, "sha256"))
            self.assertRefused(signed + b"." + signature, mxauth.ALGORITHM_NOT_ALLOWED)

    def test_unknown_key(self):
        self.assertRefused(self.notices.logout(sid="session-1", key=new_key("second")), mxauth.KEY_UNKNOWN)

    def test_issuer(self):
        for issuer in ("https://elsewhere.test", self.server.origin + "/", "", 1, [self.server.origin], None):
            self.refused(iss=issuer)

    def test_audience(self):
        for audience in ("them", CLIENT + "x", CLIENT.upper(), "", ["them"], [], AUDIENCE + "/"):
            self.refused(mxauth.AUDIENCE_MISMATCH, *WRONG, aud=audience)
        for audience in (None, 1, {}, [1], {CLIENT: 1}):
            self.refused(mxauth.AUDIENCE_MISMATCH, *WRONG, aud=audience)

    def test_any_audience_is_not_for_notices(self):
        """Without issuer.client_id and issuer.audience nothing says that a notice is for us."""
        self.with_jwts(("cache_ttl", "3600"))
        self.notices = Notices(self.server.origin, self.key, self.clock)
        self.tokens = {"first": [self.new("cached", FIRST)]}
        self.refused(mxauth.AUDIENCE_MISMATCH, INVALID, aud="them")
        self.refused(mxauth.AUDIENCE_MISMATCH, *MISSING, aud=None)

    def test_events(self):
        for events in (None, {}, [], "x", 1, True, [LOGOUT], LOGOUT, {LOGOUT: None}, {LOGOUT: []}, {LOGOUT: "x"},
                       {LOGOUT: True}, {LOGOUT + "/": {}}, {LOGOUT.upper(): {}}, {"https://x.test/other": {}},
                       {LOGOUT + "2": {}}):
            with self.subTest(events=events):
                self.refused(*WRONG, events=events)

    def test_nonce(self):
        """So that an ID token is never taken for one (section 2.4)."""
        for nonce in ("n", "", 1, {}):
            self.refused(INVALID, nonce=nonce)

    def test_nobody(self):
        self.refused(INVALID, *MISSING, sid=None)

    def test_subjects(self):
        for value in ("", 1, [], ["session-1"], {"id": "session-1"}, True):
            with self.subTest(value=value):
                self.refused(*WRONG, sid=value)
                self.refused(*WRONG, sid=None, sub=value)

    def test_types(self):
        for typ in ("at+jwt", "secevent+jwt; x", "id_token+jwt", "logout", "jwt+logout", "dpop+jwt", "JOSE", ""):
            with self.subTest(typ):
                self.assertRefused(self.notices.logout(typ, sid="session-1"), mxauth.TYPE_NOT_ACCEPTED, INVALID)

    def test_times(self):
        now = self.now
        self.refused(mxauth.EXPIRED, exp=now - 31)
        self.refused(404, iat=now + 1000, exp=now + 2000)
        self.refused(*MISSING, iat=None)
        for name in ("exp", "iat"):
            for value in ("1", True, [], -1):
                with self.subTest(name, value=value):
                    self.refused(**{name: value})
        self.refused(iat=10 ** 13)
        self.refused(mxauth.NOT_YET_VALID, nbf=now + 1000)

    def test_without_an_end(self):
        """Section 2.4 demands exp of logout tokens; security events have none."""
        self.refused(*MISSING, exp=None)

    def test_identifier(self):
        self.refused(*MISSING, jti=None)
        for value in ("", 1, [], {}, True):
            self.refused(*WRONG, jti=value)

    def test_critical(self):
        notice = self.notices.logout(sid="session-1")
        head = encode(json.dumps(
            {"alg": "ES256", "typ": "logout+jwt", "kid": "first", "crit": ["x"], "x": 1}).encode())
        self.assertRefused(b".".join([head, *notice.split(b".")[1:]]), 207)

    def test_other_tokens(self):
        """All of them signed by the issuer, for us."""
        everything = claims(
            self.server.origin, aud=[CLIENT, AUDIENCE], iat=self.now, exp=self.now + 300, jti="j", **FIRST)
        self.assertRefused(sign(self.key, everything), mxauth.TYPE_NOT_ACCEPTED, INVALID)
        for typ in ("JWT", None):
            self.assertRefused(sign(self.key, everything, typ=typ), *MISSING)
            identity = everything | {"nonce": "n", "auth_time": self.now}
            self.assertRefused(sign(self.key, identity, typ=typ), *MISSING)
            self.assertRefused(sign(self.key, identity | {"events": {LOGOUT: {}}}, typ=typ), INVALID)

    def test_no_jwt(self):
        for text in (b"", b"x", b"a.b", b"a.b.c", b"a.b.c.d.e", b"...", b"\0", b"\xff" * 10, b"{}", b"x" * 20_000):
            self.assertRefused(text)

    def test_replayed(self):
        notice = self.notices.logout(sid="session-1")
        self.assertTaken(notice, "first")
        for _ in range(3):
            self.assertStatus(self.v.revoke_signed(notice), mxauth.NOTICE_REPLAYED)
        again = self.notices.logout(sid="session-2", jti=json.loads(
            base64.urlsafe_b64decode(notice.split(b".")[1] + b"=="))["jti"])
        self.assertStatus(self.v.revoke_signed(again), mxauth.NOTICE_REPLAYED)
        self.assertHits("first")

    def test_refused_ones_use_up_no_number(self):
        for more in ({"key": new_key("first")}, {"aud": "them"}, {"nonce": "n"}, {"exp": self.now - 100}):
            self.refused(jti="number", **more)
        self.assertTaken(self.notices.logout(sid="session-1", jti="number"), "first")


class BadEvents(NoticeCase):
    def refused(self, *expected, **more):
        self.assertRefused(self.notices.event(**{"sub_id": self.notices.user(SUBJECT)} | more), *expected)

    def test_events_that_end_no_session(self):
        base = REVOKED.rsplit("/", 1)[0]
        for event in (base + "/session-established", base + "/token-claims-change", base, REVOKED + "x", "",
                      "https://schemas.openid.net/secevent/risc/event-type/account-enabled"):
            self.refused(INVALID, event=event)

    def test_contents(self):
        for content in (None, [], "x", 1, True):
            self.refused(*WRONG, events={REVOKED: content})

    def test_subjects(self):
        user, session, whole = self.notices.user(SUBJECT), self.notices.session("session-1"), self.notices.complex
        subjects = [
            None, "x", 1, [], {}, [user], {"format": "iss_sub"}, {"format": "iss_sub", "sub": SUBJECT},
            user | {"sub": ""}, user | {"sub": 1}, user | {"sub": [SUBJECT]}, user | {"iss": 1},
            user | {"iss": "https://elsewhere.test"},
            user | {"format": "ISS_SUB"}, user | {"format": None}, user | {"format": "account"},
            {"iss": self.server.origin, "sub": SUBJECT}, {"format": "email", "email": "alice@hs.test"},
            {"format": "opaque", "id": ""}, whole(), whole(session={}), whole(session="session-1"),
            whole(session=session | {"id": ""}), whole(session=session | {"id": 1}), whole(user={}),
            whole(user=SUBJECT), whole(user=user | {"iss": "https://elsewhere.test"}), whole(tenant=session),
            whole(device=session),
            whole(user=session), whole(session=user), whole(session=whole(session=session)),
        ]
        for subject in subjects:
            with self.subTest(subject=subject):
                self.refused(*WRONG, sub_id=subject)

    def test_everything_that_holds_for_all_notices(self):
        self.refused(mxauth.AUDIENCE_MISMATCH, aud="them")
        self.refused(mxauth.AUDIENCE_MISMATCH, *MISSING, aud=None)
        self.refused(mxauth.ISSUER_UNKNOWN, iss="https://elsewhere.test")
        self.refused(mxauth.SIGNATURE_INVALID, key=new_key("first"))
        self.refused(*MISSING, jti=None)
        self.refused(*MISSING, iat=None)
        self.refused(404, iat=self.now + 1000)
        self.refused(mxauth.EXPIRED, exp=self.now - 31)
        self.refused(*MISSING, events=None)
        self.refused(mxauth.TYPE_NOT_ACCEPTED, INVALID, typ="at+jwt")
