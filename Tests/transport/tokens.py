# SPDX-License-Identifier: Apache-2.0
"""Keys and access tokens of the issuers under test."""
import base64
import json
import time

from joserfc import jwk, jws

AUDIENCE = "https://hs.test"
# The parts of every token that was made, for the search through the log.
all_tokens = []


def new_key(kid):
    return jwk.ECKey.generate_key("P-256", {"kid": kid})


def key_set(*keys):
    return {"keys": [key.as_dict(private=False) for key in keys]}


def claims(issuer, **more):
    now = int(time.time())
    return {
        "iss": issuer, "aud": AUDIENCE, "exp": now + 1_000_000, "iat": now, "sub": "01ABC", "client_id": "client",
        "username": "alice", "scope": "openid urn:matrix:client:api:* urn:matrix:client:device:ABCDEFGHIJ"} | more


def sign(key, payload, **header):
    """A header parameter that is None is left out."""
    header = {"alg": "ES256", "typ": "at+jwt", "kid": key.kid} | header
    header = {name: value for name, value in header.items() if value is not None}
    text = jws.serialize_compact(header, json.dumps(payload), key, algorithms=[header["alg"]]).encode()
    all_tokens.append(text)
    return text


def token(key, issuer, **more):
    return sign(key, claims(issuer, **more))


def _base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


class Forger:
    """Tokens that name whatever key, quickly: their signature is never looked at."""

    def __init__(self, issuer):
        self._rest = b"." + _base64url(json.dumps(claims(issuer)).encode()) + b"." + _base64url(bytes(64))

    def token(self, kid):
        return _base64url(b'{"alg":"ES256","typ":"at+jwt","kid":"%b"}' % kid.encode()) + self._rest
