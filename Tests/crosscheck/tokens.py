# SPDX-License-Identifier: Apache-2.0
"""Random tokens: the keys, a draft of a good token, and the list of what is done to it (the changed_… files)."""

import base64
import json
import warnings

from joserfc import jwk
from joserfc.errors import SecurityWarning
from joserfc.jws import JWSRegistry

# joserfc warns that RFC 9864 deprecates the name EdDSA, which is what most issuers still send.
warnings.simplefilter("ignore", SecurityWarning)

NOW = 1_800_000_000
LEEWAY = 30
ISSUER = "https://issuer.example/"
AUDIENCES = ["https://matrix.example/", "second"]

ASYMMETRIC = {
    **{name: ["rsa", "rsa-ps256"][name == "PS256"] for name in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")},
    **{"ES256": "p256", "ES384": "p384", "ES512": "p521", "ES256K": "secp256k1"},
    **{"EdDSA": "ed25519", "Ed25519": "ed25519", "Ed448": "ed448"},
}
SYMMETRIC = {"HS256": "secret", "HS384": "secret-384", "HS512": "secret"}
ALGORITHMS = ASYMMETRIC | SYMMETRIC
ORDERS = {
    "ES256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "ES256K": 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
}


def make_keys():
    """Keys by kid, and one stranger of each type under the same names."""

    def make(kty, size, kid, **parameters):
        return jwk.generate_key(kty, size, {"kid": kid, **parameters})

    def public():
        return [
            make("RSA", 2048, "rsa", use="sig"), make("RSA", 2048, "rsa-ps256", alg="PS256"),
            make("EC", "P-256", "p256"), make("EC", "P-384", "p384"), make("EC", "P-521", "p521"),
            make("EC", "secp256k1", "secp256k1", alg="ES256K"), make("OKP", "Ed25519", "ed25519"),
            make("OKP", "Ed25519", "ed25519-new", alg="Ed25519"), make("OKP", "Ed25519", "ed25519-old", alg="EdDSA"),
            make("OKP", "Ed448", "ed448"),
        ]  # fmt: skip

    secret = [make("oct", 512, "secret"), make("oct", 512, "secret-384", alg="HS384")]
    strangers = public() + [make("oct", 512, "secret"), make("oct", 512, "secret-384")]
    return public(), secret, {key.kid: key for key in strangers}


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def decode(part):
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))


def raw_sign(alg, key, signing_input):
    return JWSRegistry.algorithms[alg].sign(signing_input, key)


class Draft:
    """A token before it is signed. Header and claims are JSON text by member, so that any text can stand there."""

    def __init__(self, random, keys, strangers, alg):
        self.random, self.keys, self.strangers, self.alg = random, keys, strangers, alg
        self.key = keys[ALGORITHMS[alg]]
        self.header = {name: json.dumps(v) for name, v in {"alg": alg, "typ": "at+jwt", "kid": self.key.kid}.items()}
        claims = {"iss": ISSUER, "aud": AUDIENCES[0], "sub": "01HXYZ", "client_id": "01CLIENT", "username": "alice"}
        claims |= {"iat": NOW - 10, "nbf": NOW - 10, "exp": NOW + 300, "jti": f"{random.getrandbits(64):016x}"}
        claims["scope"] = "openid urn:matrix:client:api:* urn:matrix:client:device:ABCDEFGHIJ"
        self.claims = {name: json.dumps(value) for name, value in claims.items()}

    def texts(self):
        return tuple(
            "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in members.items()) + "}"
            for members in (self.header, self.claims)
        )

    def sign(self, header=None, payload=None, key=None, alg=None):
        """The token; header and payload as text or bytes in place of the draft's own."""
        own_header, own_payload = self.texts()
        parts = [own_header if header is None else header, own_payload if payload is None else payload]
        parts = [encode(part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")) for part in parts]
        signing_input = b".".join(parts)
        return signing_input + b"." + encode(raw_sign(alg or self.alg, key or self.key, signing_input))

    def sign_changed(self, change):
        """Signs with the text of header or payload changed by a function of bytes."""
        texts = [text.encode() for text in self.texts()]
        at = self.random.randrange(2)
        texts[at] = change(texts[at])
        return self.sign(*texts)


MUTATIONS = []


def mutation(function):
    MUTATIONS.append(function)
    return function


def any_value(random):
    values = ["null", "true", "false", "0", "-1", "1.5", '""', '"x"', "[]", '["x"]', "[1]", "{}", '{"a":[]}', '[""]']
    return random.choice(values)
