# SPDX-License-Identifier: Apache-2.0
"""Tokens of every kind, of one user, device and session, for the cases of revocation."""
import mxauth
from answers import SUBJECT, api, device
from introspecting import IntrospectionCase

ALICE = "@alice:hs.test"
KINDS = "introspected", "cached", "unseen"
KEPT = (("cache_ttl", "3600"), ("stale_if_error", "3600"))


def person(name="alice", device_id="AABBCCDDEE", session="session-1", subject=SUBJECT):
    """Members of an answer that are claims of a JWT as well."""
    return {"username": name, "scope": f"{api()} {device(device_id)}", "sid": session, "sub": subject}


class RevocationCase(IntrospectionCase):
    number = 0

    def setUp(self):
        self.with_jwts(*KEPT)

    def good(self, token):
        self.assertStatus(self.v.wait(token), mxauth.OK)
        return token

    def new(self, kind, who=None, **members):
        """A token of `kind`: "introspected" and "cached" have been accepted before, "unseen" has not."""
        RevocationCase.number += 1
        claims = (who or person()) | {"jti": f"jti-{RevocationCase.number}"} | members
        if kind == "introspected":
            return self.good(self.opaque(lifetime=7200, **claims))
        token = self.jwt(exp=self.now + 7200, **claims)
        return self.good(token) if kind == "cached" else token

    def assertRevoked(self, token):
        """At once, however it is asked; and no issuer is asked about it."""
        before = self.endpoint.count
        self.assertStatus(self.v.validate(token), mxauth.REVOKED)
        self.assertStatus(self.v.wait(token), mxauth.REVOKED)
        verdict = self.v.verdict(token)
        self.assertEqual((verdict.status, verdict.kind, verdict.user_id.length), (mxauth.REVOKED, 0, 0))
        self.assertEqual(self.v.claims(token), "MXAUTH_REVOKED")
        self.assertAsked(before)

    def revoke(self, kind, value, not_before=0):
        value = value if isinstance(value, bytes) else value.encode()
        self.assertStatus(self.v.revoke(kind, value, not_before), mxauth.OK)
