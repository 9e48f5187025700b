# SPDX-License-Identifier: Apache-2.0
"""How the endpoint knows who asks. refusal() gives the OAuth error, or None for a caller that is known."""
import base64
import binascii
import time
import urllib.parse

from joserfc import jwt
from joserfc.errors import JoseError

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Bearer:
    """The secret that a homeserver shares with MAS."""

    def __init__(self, secret):
        self.secret = secret

    def refusal(self, request):
        return None if request.headers_of("Authorization") == [f"Bearer {self.secret}"] else "access_denied"


class Basic:
    """RFC 6749 section 2.3.1: both parts are form-urlencoded before they are joined."""

    def __init__(self, client_id, secret):
        self.client_id, self.secret = client_id, secret

    def refusal(self, request):
        scheme, _, value = "".join(request.headers_of("Authorization")).partition(" ")
        try:
            text = base64.b64decode(value, validate=True).decode("ascii")
        except (binascii.Error, ValueError):
            return "invalid_client"
        parts = [urllib.parse.unquote_plus(part, errors="strict") for part in text.split(":")]
        return None if scheme == "Basic" and parts == [self.client_id, self.secret] else "invalid_client"


class Post:
    def __init__(self, client_id, secret):
        self.client_id, self.secret = client_id, secret

    def refusal(self, request):
        sent = request.form.get("client_id"), request.form.get("client_secret")
        return None if sent == (self.client_id, self.secret) else "invalid_client"


class PrivateKeyJwt:
    """RFC 7523 section 3, with a memory for jti. What was accepted stays in `assertions`: (header, claims)."""

    def __init__(self, client_id, key, audiences, algorithm):
        self.client_id, self.key, self.audiences, self.algorithm = client_id, key, audiences, algorithm
        self.assertions, self.problem = [], None

    def refusal(self, request):
        self.problem = self._problem(request.form)
        return "invalid_client" if self.problem else None

    def _problem(self, form):
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            return "client_assertion_type"
        if form.get("client_id", self.client_id) != self.client_id:
            return "client_id"
        try:
            token = jwt.decode(form.get("client_assertion", ""), self.key, algorithms=[self.algorithm])
        except (JoseError, ValueError) as error:
            return str(error)
        claims, now = token.claims, time.time()
        audience = claims.get("aud")
        if not set([audience] if isinstance(audience, str) else audience or []) & set(self.audiences):
            return "aud"
        if (claims.get("iss"), claims.get("sub")) != (self.client_id, self.client_id):
            return "iss or sub"
        if not now < claims.get("exp", 0) < now + 3600 or not now - 60 < claims.get("iat", 0) < now + 60:
            return "exp or iat"
        if not claims.get("jti") or claims["jti"] in [earlier["jti"] for _, earlier in self.assertions]:
            return "jti"
        self.assertions.append((token.header, claims))
        return None
