# SPDX-License-Identifier: Apache-2.0
"""A validator that knows tokens of three sessions, two of them of one user."""
import mxauth
from notices import CLIENT, Notices
from revoking import KINDS, RevocationCase, person
from tokens import AUDIENCE

FIRST = person()
SECOND = person(device_id="SECONDDEVICE", session="session-2")
OTHER = person("bob", "BOBSDEVICE", "session-3", "01BOB")


class NoticeCase(RevocationCase):
    def setUp(self):
        self.with_jwts(("cache_ttl", "3600"), ("client_id", CLIENT), audience=AUDIENCE)
        self.notices = Notices(self.server.origin, self.key, self.clock)
        self.tokens = {
            who: [self.new(kind, claims, aud=AUDIENCE) for kind in KINDS]
            for who, claims in (("first", FIRST), ("second", SECOND), ("other", OTHER))}

    def assertHits(self, *whose):
        """Those are revoked, and nobody else."""
        for who, tokens in self.tokens.items():
            for token in tokens:
                self.assertStatus(self.v.wait(token), mxauth.REVOKED if who in whose else mxauth.OK)

    def assertTaken(self, notice, *whose):
        self.assertStatus(self.v.revoke_signed(notice), mxauth.OK)
        self.assertHits(*whose)

    def assertRefused(self, notice, *expected):
        before = self.v.stats.revocations
        status = self.v.revoke_signed(notice)
        self.assertGreaterEqual(status, 200, mxauth.name(status))
        if expected:
            self.assertStatus(status, *expected)
        self.assertEqual(self.v.stats.revocations, before)
        self.assertHits()
