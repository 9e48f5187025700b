# SPDX-License-Identifier: Apache-2.0
"""Which tokens a revocation means by their iat, and what is no revocation at all."""
import mxauth
from answers import SUBJECT
from mxauth import lib
from revoking import ALICE, KINDS, RevocationCase, person
from tokens import claims, sign

# Those that stand for more than one login.
LASTING = [(mxauth.REVOKE_DEVICE, ALICE + " AABBCCDDEE"), (mxauth.REVOKE_USER, ALICE), (mxauth.REVOKE_SUBJECT, SUBJECT)]


class NotBefore(RevocationCase):
    def revocations(self):
        return [*LASTING, (mxauth.REVOKE_ISSUER, self.server.origin)]

    def test_moment(self):
        """Refused: issued before it, and in its very second. Accepted: issued in the next."""
        for kind in KINDS:
            for index in range(4):
                with self.subTest(kind, revocation=index + 4):
                    self.setUp()
                    moment = self.now - 100
                    tokens = {iat: self.new(kind, iat=iat) for iat in (
                        moment - 1000, moment - 1, moment, moment + 1, moment + 50)}
                    self.revoke(*self.revocations()[index], not_before=moment)
                    for iat, token in tokens.items():
                        if iat <= moment:
                            self.assertRevoked(token)
                        else:
                            self.assertStatus(self.v.wait(token), mxauth.OK)

    def test_zero_is_the_present_time(self):
        for index in range(4):
            with self.subTest(revocation=index + 4):
                self.setUp()
                tokens = [self.new(kind) for kind in KINDS]
                self.revoke(*self.revocations()[index])
                for token in tokens:
                    self.assertRevoked(token)
                self.clock.advance(2)
                for kind in KINDS:
                    self.assertStatus(self.v.wait(self.new(kind)), mxauth.OK)
                for token in tokens:
                    self.assertRevoked(token)

    def test_zero_is_for_ever_for_a_token_its_jti_and_its_session(self):
        """They come only once, so an iat in the future saves nobody."""
        for index, what in enumerate((mxauth.REVOKE_TOKEN, mxauth.REVOKE_JTI, mxauth.REVOKE_SESSION)):
            self.setUp()
            token = self.new("unseen", person(session="s"), jti="j", iat=self.now + 20)
            self.revoke(what, (token, "j", "s")[index])
            self.assertRevoked(token)
            self.clock.advance(100)
            self.assertRevoked(token)
            if what != mxauth.REVOKE_TOKEN:
                later = self.new("unseen", person(session="s"), jti="j")
                self.assertRevoked(later)

    def test_without_iat(self):
        """Nobody knows when: refused."""
        for kind in KINDS:
            for index in range(4):
                with self.subTest(kind, revocation=index + 4):
                    self.setUp()
                    if kind == "introspected":
                        token = self.good(self.opaque(lifetime=7200, **person(), iat=None))
                    else:
                        token = self.jwt_without_iat()
                        if kind == "cached":
                            self.good(token)
                    self.revoke(*self.revocations()[index], not_before=self.now - 1_000_000)
                    self.assertRevoked(token)

    def test_introspected_jwts(self):
        """Both the token and the answer may say when; the earlier of them counts, and one is enough."""
        self.with_jwts(("introspect_jwts", "true"))
        moment = self.now - 100
        self.revoke(mxauth.REVOKE_USER, ALICE, moment)
        for token_iat, answer_iat, status in (
                (moment + 1, moment + 1, mxauth.OK), (moment + 1, None, mxauth.OK),
                (moment, moment + 1, mxauth.REVOKED), (moment + 1, moment, mxauth.REVOKED),
                (moment, None, mxauth.REVOKED)):
            with self.subTest(token=token_iat - moment, answer=answer_iat and answer_iat - moment):
                token = self.jwt(iat=token_iat, **person())
                self.opaque(token, **person(), iat=answer_iat)
                self.assertStatus(self.v.wait(token), status)
                self.assertStatus(self.v.validate(token), status)

    def jwt_without_iat(self):
        whole = claims(self.server.origin, exp=self.now + 3600, **person())
        del whole["iat"]
        return sign(self.key, whole)

    def test_a_later_moment_counts(self):
        token = self.new("cached", iat=self.now - 10)
        self.revoke(mxauth.REVOKE_USER, ALICE, self.now - 100)
        self.assertStatus(self.v.validate(token), mxauth.OK)
        self.revoke(mxauth.REVOKE_USER, ALICE, self.now - 5)
        self.assertRevoked(token)

    def test_an_earlier_moment_takes_nothing_back(self):
        token = self.new("cached", iat=self.now - 10)
        self.revoke(mxauth.REVOKE_USER, ALICE, self.now - 5)
        self.revoke(mxauth.REVOKE_USER, ALICE, self.now - 100)
        self.revoke(mxauth.REVOKE_USER, ALICE, 1)
        self.assertRevoked(token)

    def test_session_with_a_moment_after_one_for_ever(self):
        token = self.new("cached")
        self.revoke(mxauth.REVOKE_SESSION, "session-1")
        self.revoke(mxauth.REVOKE_SESSION, "session-1", 1)
        self.assertRevoked(token)

    def test_moment_that_is_to_come(self):
        self.revoke(mxauth.REVOKE_USER, ALICE, self.now + 100)
        self.clock.advance(50)
        self.assertRevoked(self.new("unseen"))
        self.clock.advance(51)
        self.assertStatus(self.v.wait(self.new("unseen")), mxauth.OK)


class Misuse(RevocationCase):
    def test_values_of_the_wrong_form(self):
        token, opaque = self.new("cached"), self.new("introspected")
        cases = [
            (0, b"x"), (8, b"x"), (2 ** 32 - 1, b"x"),
            *((what, None) for what in range(1, 8)), *((what, b"") for what in range(1, 8)),
            *((what, b"\xff\xfe") for what in range(2, 8)),
            *((mxauth.REVOKE_USER, value) for value in (
                b"alice", b"@alice", b"@", b"@:hs.test", b"@alice:", b"alice:hs.test",
                b"@" + b"a" * 300 + b":hs.test")),
            *((mxauth.REVOKE_DEVICE, value) for value in (
                ALICE.encode(), ALICE.encode() + b" ", b" AABBCCDDEE", b"AABBCCDDEE", b"alice AABBCCDDEE",
                b"@alice AABBCCDDEE", ALICE.encode() + b"\tAABBCCDDEE", ALICE.encode() + b" " + b"A" * 256)),
        ]
        for what, value in cases:
            with self.subTest(what, value=value):
                self.assertStatus(self.v.revoke(what, value), mxauth.MISUSE)
        ours = self.server.origin.encode()
        for issuer in (b"https://elsewhere.test", ours + b"/", ours[:-1], ours.upper()):
            self.assertStatus(self.v.revoke(mxauth.REVOKE_ISSUER, issuer), mxauth.ISSUER_UNKNOWN)
        for moment in (-1, -(2 ** 63)):
            self.assertStatus(self.v.revoke(mxauth.REVOKE_USER, ALICE.encode(), moment), mxauth.MISUSE)
        self.assertEqual(self.v.stats.revocations, 0)
        for one in (token, opaque):
            self.assertStatus(self.v.validate(one), mxauth.OK)

    def test_error(self):
        error = mxauth.Error(mxauth.sizeof(mxauth.Error))
        status = lib.mxauth_revoke(self.v.handle, mxauth.REVOKE_USER, b"alice", 0, error)
        self.assertStatus(status, mxauth.MISUSE)
        self.assertEqual(error.status, mxauth.MISUSE)
        self.assertTrue(error.message)
        self.assertStatus(lib.mxauth_revoke(self.v.handle, mxauth.REVOKE_USER, ALICE.encode(), 0, error), mxauth.OK)
        self.assertEqual((error.status, error.message), (mxauth.OK, b""))

    def test_no_validator(self):
        self.assertStatus(lib.mxauth_revoke(None, mxauth.REVOKE_USER, ALICE.encode(), 0, None), mxauth.MISUSE)
        self.assertStatus(lib.mxauth_revoke_signed(None, b"x", 1, None), mxauth.MISUSE)
        self.assertStatus(lib.mxauth_describe(None, 0, mxauth.StatusInfo(mxauth.sizeof(mxauth.StatusInfo))),
                          mxauth.MISUSE)
        self.assertStatus(lib.mxauth_describe(self.v.handle, 0, None), mxauth.MISUSE)
        self.assertStatus(lib.mxauth_describe(self.v.handle, 0, mxauth.StatusInfo(0)), mxauth.MISUSE)
        self.assertStatus(
            lib.mxauth_describe(self.v.handle, 999, mxauth.StatusInfo(mxauth.sizeof(mxauth.StatusInfo))),
            mxauth.MISUSE)
