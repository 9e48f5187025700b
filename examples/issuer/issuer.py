#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A loopback authorization server for demos and tests. Keys and signatures are joserfc's: somebody else's code."""

import argparse
import hashlib
import hmac
import json
import signal
import sys
import time
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from joserfc import jwk, jwt
from joserfc.errors import SecurityWarning
from joserfc.util import urlsafe_b64encode

from opaque_tokens import OpaqueTokens, new_token

# joserfc warns that RFC 9864 deprecates the name EdDSA, which is what most issuers still send.
warnings.simplefilter("ignore", SecurityWarning)

AUDIENCE = "https://matrix.example.org/"
API_SCOPE = "urn:matrix:client:api:*"
DEVICE_SCOPE = "urn:matrix:client:device:"
KEY_KINDS = {
    "RSA": ("RSA", 2048),
    **{curve: ("EC", curve) for curve in ("P-256", "P-384", "P-521", "secp256k1")},
    **{curve: ("OKP", curve) for curve in ("Ed25519", "Ed448")},
}
KIND_OF_ALGORITHM = {
    **{name: "RSA" for name in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")},
    **{"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "ES256K": "secp256k1"},
    **{"EdDSA": "Ed25519", "Ed25519": "Ed25519", "Ed448": "Ed448"},
}

NOT_FOUND = 404, {"error": "not_found"}


class Issuer:
    """The authorization server without its sockets: one key of each kind, and what is signed with them."""

    def __init__(self, url, kinds=("RSA", "P-256", "Ed25519")):
        self.url = url
        self.keys = {k: jwk.generate_key(*KEY_KINDS[k], {"kid": f"{k.lower()}-1", "use": "sig"}) for k in kinds}

    def metadata(self):
        return {
            "issuer": self.url,
            "jwks_uri": self.url + "jwks.json",
            "introspection_endpoint": self.url + "introspect",
            "revocation_endpoint": self.url + "revoke",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [a for a, kind in KIND_OF_ALGORITHM.items() if kind in self.keys],
        }

    def jwks(self):
        return jwk.KeySet(list(self.keys.values())).as_dict(private=False)

    def claims(self, device="ABCDEFGHIJ", **changes):
        """Good claims with changes; a change to None takes the claim away."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": AUDIENCE, "sub": "01HXYZ", "client_id": "01CLIENT", "username": "alice"}
        claims |= {"iat": now, "exp": now + 300, "scope": f"openid {API_SCOPE} {DEVICE_SCOPE}{device}"}
        return {name: value for name, value in (claims | changes).items() if value is not None}

    def sign(self, alg, claims, **header):
        key = self.keys[KIND_OF_ALGORITHM[alg]]
        return jwt.encode({"alg": alg, "typ": "at+jwt", "kid": key.kid} | header, claims, key, algorithms=[alg])


def labelled_tokens(issuer):
    """One token of every kind that a resource server should know how to judge."""
    good, now = issuer.claims(), int(time.time())
    header, payload, signature = issuer.sign("RS256", good).split(".")
    stranger = Issuer(issuer.url, kinds=["RSA"])
    return {
        "good-RS256": issuer.sign("RS256", good),
        "good-ES256": issuer.sign("ES256", good),
        "good-EdDSA": issuer.sign("EdDSA", good),
        "good-PS256": issuer.sign("PS256", good),
        "expired": issuer.sign("RS256", issuer.claims(iat=now - 900, exp=now - 600)),
        "wrong-audience": issuer.sign("RS256", issuer.claims(aud="https://other.example.org/")),
        "wrong-issuer": issuer.sign("RS256", issuer.claims(iss="https://evil.example.org/")),
        "tampered-payload": ".".join([header, encode(good | {"username": "admin"}), signature]),
        "alg-none": ".".join([encode({"alg": "none", "typ": "at+jwt"}), payload, ""]),
        "key-confusion": hmac_token({"alg": "HS256", "typ": "at+jwt"}, good, issuer.keys["RSA"].as_pem(private=False)),
        "foreign-key": stranger.sign("RS256", good),
        "unknown-kid": issuer.sign("RS256", good, kid="retired-key"),
        "two-devices": issuer.sign("ES256", issuer.claims(scope=f"{good['scope']} {DEVICE_SCOPE}SECONDDEVICE")),
        "no-api-scope": issuer.sign("ES256", issuer.claims(scope="openid")),
        "id-token": issuer.sign("RS256", issuer.claims(aud="01CLIENT"), typ="JWT"),
    }


def encode(value):
    return urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode()


def hmac_token(header, claims, secret):
    """HS256 with whatever secret: joserfc refuses public keys as secrets, an attacker does not."""
    signing_input = f"{encode(header)}.{encode(claims)}"
    tag = hmac.new(secret, signing_input.encode(), hashlib.sha256).digest()
    return f"{signing_input}.{urlsafe_b64encode(tag).decode()}"


def labelled_opaque_tokens(opaque):
    good = opaque.issue(f"openid {API_SCOPE} {DEVICE_SCOPE}ABCDEFGHIJ")
    typing_error = good[:-1] + ("0" if good[-1] != "0" else "1")
    return {"good": good, "never-issued": new_token("mat"), "refresh": new_token("mar"), "mistyped": typing_error}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        document = self.server.documents.get(self.path)
        self._answer(*((200, document()) if document else NOT_FOUND))

    def do_POST(self):
        endpoint = self.server.endpoints.get(self.path)
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self._answer(*(endpoint(form, self.headers["Authorization"]) if endpoint else NOT_FOUND))

    def _answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class Server(ThreadingHTTPServer):
    """Serves one issuer on a free port of the loopback interface."""

    daemon_threads = True

    def __init__(self, port=0, secret="secret"):
        super().__init__(("127.0.0.1", port), Handler)
        self.issuer = Issuer(f"http://127.0.0.1:{self.server_port}/")
        self.documents = {
            "/.well-known/openid-configuration": self.issuer.metadata,
            "/.well-known/oauth-authorization-server": self.issuer.metadata,
            "/jwks.json": self.issuer.jwks,
        }
        self.opaque = OpaqueTokens(secret)
        self.endpoints = {"/introspect": self.opaque.introspect, "/revoke": self.opaque.revoke}


def write(path, tokens):
    with open(path, "w", encoding="ascii") as file:
        file.writelines(f"{label}\t{token}\n" for label, token in tokens.items())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", metavar="FILE", help="write labelled tokens, one 'label<TAB>token' a line")
    parser.add_argument("--opaque-tokens", metavar="FILE", help="the same with opaque tokens")
    parser.add_argument("--secret", default="secret", help="the secret of the homeserver that introspects")
    parser.add_argument("--port", type=int, default=0, help="the port to serve on; any free one by default")
    options = parser.parse_args()
    server = Server(options.port, options.secret)
    if options.tokens:
        write(options.tokens, labelled_tokens(server.issuer))
    if options.opaque_tokens:
        write(options.opaque_tokens, labelled_opaque_tokens(server.opaque))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    print(server.issuer.url, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
