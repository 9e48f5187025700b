# SPDX-License-Identifier: Apache-2.0
"""What somebody else has called off is refused from the next call on, however fresh it is in the cache."""
import threading

import mxauth
from answers import SUBJECT
from issuer import Reply
from masform import mas_token
from revoking import ALICE, KINDS, RevocationCase, person

BOB = person("bob", "FFGGHHIIJJ", "session-2", "01BOB")


def ways(case, token, jti):
    """Each kind of revocation with the value that hits `token`, which person() describes."""
    return [
        (mxauth.REVOKE_TOKEN, token), (mxauth.REVOKE_JTI, jti), (mxauth.REVOKE_SESSION, "session-1"),
        (mxauth.REVOKE_DEVICE, ALICE + " AABBCCDDEE"), (mxauth.REVOKE_USER, ALICE), (mxauth.REVOKE_SUBJECT, SUBJECT),
        (mxauth.REVOKE_ISSUER, case.server.origin)]


class Revocation(RevocationCase):
    def test_every_kind_on_every_token(self):
        for kind in KINDS:
            for index in range(7):
                with self.subTest(kind, revocation=index + 1):
                    self.setUp()
                    token, other = self.new(kind, jti="the-jti"), self.new(kind, BOB)
                    what, value = ways(self, token, "the-jti")[index]
                    self.revoke(what, value)
                    self.assertRevoked(token)
                    if what != mxauth.REVOKE_ISSUER:
                        self.assertStatus(self.v.wait(other), mxauth.OK)
                    else:
                        self.assertRevoked(other)
                    self.assertEqual(self.v.stats.revocations, 1)

    def test_answer(self):
        info = self.v.describe(mxauth.REVOKED)
        self.assertEqual((info.http_status, info.errcode, info.soft_logout), (401, b"M_UNKNOWN_TOKEN", 0))
        self.assertEqual(info.oauth_error, b"invalid_token")

    def test_opaque_tokens_never_seen(self):
        """Only the issuer's answer says whose they are."""
        for index in range(1, 7):
            with self.subTest(revocation=index + 1):
                self.setUp()
                token = self.opaque(**person(), jti="the-jti")
                self.revoke(*ways(self, token, "the-jti")[index])
                self.assertStatus(self.v.wait(token), mxauth.REVOKED)
                self.assertAsked(1)
                self.assertRevoked(token)

    def test_opaque_token_by_itself_is_not_asked_for(self):
        token = self.opaque()
        self.revoke(mxauth.REVOKE_TOKEN, token)
        self.assertRevoked(token)
        self.assertAsked(0)

    def test_near_misses(self):
        """Others stay: values that differ in a character, and the same value of another kind."""
        misses = [
            (mxauth.REVOKE_USER, "@alic:hs.test"), (mxauth.REVOKE_USER, "@alice2:hs.test"),
            (mxauth.REVOKE_USER, "@Alice:hs.test"), (mxauth.REVOKE_USER, "@alice:hs.test.org"),
            (mxauth.REVOKE_DEVICE, ALICE + " AABBCCDDE"), (mxauth.REVOKE_DEVICE, ALICE + " AABBCCDDEEF"),
            (mxauth.REVOKE_DEVICE, ALICE + " aabbccddee"), (mxauth.REVOKE_DEVICE, "@bob:hs.test AABBCCDDEE"),
            (mxauth.REVOKE_SUBJECT, SUBJECT[:-1]), (mxauth.REVOKE_SUBJECT, SUBJECT + "A"),
            (mxauth.REVOKE_SUBJECT, SUBJECT.lower()), (mxauth.REVOKE_SUBJECT, "alice"),
            (mxauth.REVOKE_SUBJECT, "the-jti"), (mxauth.REVOKE_SUBJECT, "session-1"),
            (mxauth.REVOKE_JTI, SUBJECT), (mxauth.REVOKE_JTI, "session-1"), (mxauth.REVOKE_JTI, "the-jti "),
            (mxauth.REVOKE_SESSION, "the-jti"), (mxauth.REVOKE_SESSION, SUBJECT), (mxauth.REVOKE_SESSION, "session-"),
            (mxauth.REVOKE_TOKEN, "the-jti"), (mxauth.REVOKE_TOKEN, mas_token()),
        ]
        tokens = [self.new(kind, jti="the-jti") for kind in KINDS]
        for what, value in misses:
            self.assertIn(self.v.revoke(what, value if isinstance(value, bytes) else value.encode()), (
                mxauth.OK, mxauth.MISUSE))
            for token in tokens:
                self.assertStatus(self.v.wait(token), mxauth.OK)

    def test_tokens_without_the_claim(self):
        tokens = [
            self.good(self.opaque(lifetime=7200, jti=None, sub=None)),
            self.good(self.jwt(exp=self.now + 7200, sub="01BOB"))]
        for what in (mxauth.REVOKE_JTI, mxauth.REVOKE_SESSION, mxauth.REVOKE_SUBJECT):
            self.revoke(what, "x")
        for token in tokens:
            self.assertStatus(self.v.validate(token), mxauth.OK)

    def test_device_ids_of_every_sort(self):
        for device in ("a b", " x", "+/=", "ü", "A" * 255, "@bob:hs.test"):
            with self.subTest(device):
                token = self.good(self.opaque(device_id=device, username="bob"))
                self.revoke(mxauth.REVOKE_DEVICE, f"@bob:hs.test {device}")
                self.assertRevoked(token)

    def test_idempotent(self):
        token = self.new("cached", jti="the-jti")
        for what, value in ways(self, token, "the-jti"):
            self.revoke(what, value)
            count = self.v.stats.revocations
            for _ in range(3):
                self.revoke(what, value)
            self.assertEqual(self.v.stats.revocations, count)
        self.assertEqual(self.v.stats.revocations, 7)

    def test_answer_that_was_under_way(self):
        """The issuer said yes before it heard of the revocation, and we hear it after."""
        self.with_jwts(("cache_ttl", "3600"), drive=False)
        token = self.opaque(**person())
        self.assertStatus(self.v.validate(token), mxauth.PENDING)
        identity = self.v.next_exchange().id
        self.revoke(mxauth.REVOKE_USER, ALICE)
        body = Reply(self.endpoint.tokens[token]).body
        self.v.complete(identity, 200, b"Content-Type: application/json\r\n", body)
        self.assertRevoked(token)

    def test_issuer_that_is_away(self):
        token = self.new("introspected")
        self.server.stop()
        self.clock.advance(3700)
        self.assertStatus(self.v.wait(token), mxauth.OK)
        self.revoke(mxauth.REVOKE_SESSION, "session-1")
        self.assertStatus(self.v.wait(token), mxauth.REVOKED)

    def test_threads(self):
        """Once a revocation has returned, no thread accepts the token any more."""
        tokens = [self.new("introspected" if number % 2 else "cached") for number in range(60)]
        revoked, late, done = set(), [], threading.Event()

        def validate(_):
            while not done.is_set():
                for token in tokens:
                    was = token in revoked
                    if self.v.validate(token) == mxauth.OK and was:
                        late.append(token)

        def work(index):
            if index:
                return validate(index)
            for token in tokens:
                self.v.revoke(mxauth.REVOKE_TOKEN, token)
                revoked.add(token)
            return done.set()

        mxauth.on_threads(5, work)
        self.assertEqual(late, [])
        for token in tokens:
            self.assertRevoked(token)


class Memory(RevocationCase):
    def test_forgotten_after_the_lifetime(self):
        """When every token that it could mean has expired, if tokens live no longer than the option says."""
        self.with_jwts(("cache_ttl", "60"), common=(("revocation_lifetime", "3600"),))
        token = self.jwt(exp=self.now + 100_000)
        self.revoke(mxauth.REVOKE_TOKEN, token)
        self.clock.advance(3590)
        self.assertRevoked(token)
        self.clock.advance(600)  # with the longest leeway and a minute
        self.assertStatus(self.v.wait(token), mxauth.OK)

    def test_remembered_for_a_week_by_default(self):
        token = self.jwt(exp=self.now + 1_000_000)
        self.revoke(mxauth.REVOKE_TOKEN, token)
        self.clock.advance(604_790)
        self.assertRevoked(token)

    def test_repeating_renews(self):
        self.with_jwts(common=(("revocation_lifetime", "3600"),))
        token = self.jwt(exp=self.now + 100_000)
        self.revoke(mxauth.REVOKE_TOKEN, token)
        self.clock.advance(3000)
        self.revoke(mxauth.REVOKE_TOKEN, token)
        self.clock.advance(3000)
        self.assertRevoked(token)

    def test_full(self):
        """Nothing is forgotten to make room, and the caller is told."""
        self.with_jwts(common=(("revocation_bytes", "65536"),))
        token = self.new("cached")
        self.revoke(mxauth.REVOKE_TOKEN, token)
        statuses = [self.v.revoke(mxauth.REVOKE_JTI, b"jti-x-%d" % number) for number in range(5000)]
        full = statuses.index(mxauth.REVOCATIONS_FULL)
        self.assertWithin(1000, full, 2048)
        self.assertEqual(self.v.describe(mxauth.REVOCATIONS_FULL).http_status // 100, 5)
        self.assertRevoked(token)
        self.assertStatus(self.v.revoke(mxauth.REVOKE_JTI, b"jti-x-0"), mxauth.OK)
        for number in range(full):
            self.assertStatus(self.v.validate(self.jwt(jti=f"jti-x-{number}")), mxauth.REVOKED)
            if number > 200:
                break

    def test_full_for_a_while(self):
        """When all have outlived their time there is room for as many again."""
        self.with_jwts(common=(("revocation_bytes", "65536"), ("revocation_lifetime", "3600")))
        for round_ in range(4):
            statuses = [self.v.revoke(mxauth.REVOKE_JTI, b"%d-%d" % (round_, number)) for number in range(3000)]
            self.assertEqual(statuses[:1000].count(mxauth.REVOCATIONS_FULL), 0, f"round {round_}")
            self.assertIn(mxauth.REVOCATIONS_FULL, statuses)
            self.assertStatus(self.v.validate(self.jwt(jti=f"{round_}-0")), mxauth.REVOKED)
            self.clock.advance(4200)
            self.assertStatus(self.v.validate(self.jwt(jti=f"{round_}-0")), mxauth.OK)
