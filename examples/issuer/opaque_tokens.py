# SPDX-License-Identifier: Apache-2.0
"""Opaque access tokens in the form of Matrix Authentication Service, and what its endpoints say about them."""

import base64
import hmac
import secrets
import string
import time
import zlib

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
LIFETIME = 300


def check_digits(text):
    """CRC-32 in base 62, least significant digit first, padded on the left."""
    number, digits = zlib.crc32(text.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        digits += ALPHABET[digit]
    return digits.rjust(6, "0")


def new_token(prefix):
    text = f"{prefix}_" + "".join(secrets.choice(ALPHABET) for _ in range(30))
    return f"{text}_{check_digits(text)}"


class OpaqueTokens:
    """The tokens that hold, and the secret of the homeserver that may ask about them."""

    def __init__(self, secret):
        basic = base64.b64encode(f"homeserver:{secret}".encode()).decode()
        self._admitted = [f"Bearer {secret}", f"Basic {basic}"]
        self._answers = {}

    def issue(self, scope):
        token, now = new_token("mat"), int(time.time())
        self._answers[token] = {
            "active": True, "scope": scope, "client_id": "01CLIENT", "username": "alice", "sub": "01HXYZ",
            "token_type": "access_token", "iat": now, "nbf": now, "exp": now + LIFETIME, "expires_in": LIFETIME}
        return token

    def introspect(self, form, authorization):
        """RFC 7662: status and answer."""
        presented = (authorization or "").encode()
        if not any(hmac.compare_digest(presented, admitted.encode()) for admitted in self._admitted):
            return 401, {"error": "invalid_client"}
        return 200, self._answers.get(form.get("token"), {"active": False})

    def revoke(self, form, _authorization):
        """RFC 7009, for public clients: whoever has the token may end it."""
        self._answers.pop(form.get("token"), None)
        return 200, {}
