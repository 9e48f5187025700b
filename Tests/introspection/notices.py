# SPDX-License-Identifier: Apache-2.0
"""What issuers sign to say that a session is over: OpenID back-channel logout tokens, security event tokens."""
import secrets

from tokens import sign

LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
REVOKED = "https://schemas.openid.net/secevent/caep/event-type/session-revoked"
CLIENT = "us"


class Notices:
    """Of one issuer, its key and a clock. A claim that is None in `more` is left out."""

    def __init__(self, issuer, key, clock):
        self.issuer, self.key, self.clock = issuer, key, clock

    def _claims(self, more):
        now = self.clock.wall // 1_000_000_000
        whole = {"iss": self.issuer, "aud": CLIENT, "iat": now, "jti": secrets.token_hex(16)} | more
        return {name: value for name, value in whole.items() if value is not None}

    def logout(self, typ="logout+jwt", key=None, header=None, **more):
        """OpenID Connect Back-Channel Logout section 2.4."""
        more = {"exp": self.clock.wall // 1_000_000_000 + 120, "events": {LOGOUT: {}}} | more
        return sign(key or self.key, self._claims(more), typ=typ, **(header or {}))

    def event(self, typ="secevent+jwt", key=None, header=None, event=REVOKED, **more):
        """RFC 8417 with the subject of RFC 9493, as CAEP has it."""
        content = {"event_timestamp": self.clock.wall // 1_000_000_000, "reason_admin": {"en": "Policy"}}
        more = {"events": {event: content}} | more
        return sign(key or self.key, self._claims(more), typ=typ, **(header or {}))

    def user(self, subject, issuer=None):
        return {"format": "iss_sub", "iss": issuer or self.issuer, "sub": subject}

    @staticmethod
    def session(identifier):
        return {"format": "opaque", "id": identifier}

    @staticmethod
    def complex(**parts):
        return {"format": "complex"} | parts
