# SPDX-License-Identifier: Apache-2.0
"""The loopback authorization server of examples/issuer, with ways to fail and an account of what it was asked."""

import secrets
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples" / "issuer"))
import issuer  # noqa: E402

API, DEVICE, AUDIENCE = issuer.API_SCOPE, issuer.DEVICE_SCOPE, issuer.AUDIENCE


class Issuer(issuer.Server):
    def __init__(self, port=0):
        super().__init__(port)
        self.revocations, self.introspections = [], 0
        self.revocation_answer = None
        self.endpoints = {"/introspect": self._introspect, "/revoke": self._revoke}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def _introspect(self, form, authorization):
        self.introspections += 1
        return self.opaque.introspect(form, authorization)

    def _revoke(self, form, authorization):
        self.revocations.append((form, authorization))
        return self.revocation_answer or self.opaque.revoke(form, authorization)

    @property
    def url(self):
        return self.issuer.url

    def jwt(self, device="ABCDEFGHIJ", *, lifetime=300, user="alice", algorithm="ES256", **changes):
        now = int(time.time())
        claims = {"username": user, "iat": now, "exp": now + lifetime} | changes
        return self.issuer.sign(algorithm, self.issuer.claims(device or "", **claims))

    def token(self, device="ABCDEFGHIJ"):
        return self.opaque.issue(f"openid {API} {DEVICE}{device}" if device else f"openid {API}")

    def notice(self, typ="logout+jwt", **changes):
        """OpenID Connect Back-Channel Logout section 2.4; a change to None takes the claim away."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": "homeserver",
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_hex(16),
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        } | changes
        return self.issuer.sign("ES256", {name: value for name, value in claims.items() if value is not None}, typ=typ)

    def of_jwts(self, **more):
        """Its entry in the settings of the server."""
        return {self.url: {"audience": AUDIENCE} | more}

    def of_opaque_tokens(self, **more):
        return self.of_both(tokens="opaque", **more)

    def of_both(self, **more):
        return {
            self.url: {
                "tokens": "jwt opaque",
                "any_audience": True,
                "client_auth": "bearer",
                "client_secret": "secret",
                "client_id": "homeserver",
                "retry_min": 1,
                "retry_max": 1,
            }
            | more
        }

    def stop(self):
        self.shutdown()
        self.server_close()
