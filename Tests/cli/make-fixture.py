# SPDX-License-Identifier: Apache-2.0
"""Makes Tests/cli/fixture anew: key sets, and tokens that are good at NOW. Needs joserfc. The private keys are dropped."""

import json
import pathlib

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

NOW = 1_800_000_000
FOLDER = pathlib.Path(__file__).parent / "fixture"

ec = ECKey.generate_key("P-256", {"kid": "2026-11", "use": "sig", "alg": "ES256"})
ed = OKPKey.generate_key("Ed25519", {"kid": "2026-12", "use": "sig"})
rsa = RSAKey.generate_key(2048, {"kid": "2026-rsa", "use": "sig"})

CLAIMS = {
    "iss": "https://auth.example.org/",
    "aud": "https://matrix.example.org",
    "sub": "01JD3V6R0Q8ZK2M5T7X9YBCDEF",
    "username": "alice",
    "client_id": "01JD3V5CLIENT",
    "scope": "openid urn:matrix:client:api:* urn:matrix:client:device:AABBCCDDEE",
    "iat": NOW,
    "exp": NOW + 300,
    "jti": "1",
}
# What a hostile issuer may try on the terminal of whoever looks: a window title, a C1 CSI, a reversed line.
HOSTILE = "x\x1b]0;owned\x07\x9b31m\u202egnp\x7f\r\nverdict   good"


def write(name, text):
    (FOLDER / name).write_text(text, "utf-8")


def token(name, **changes):
    claims = {k: v for k, v in {**CLAIMS, **changes}.items() if v is not None}
    header = {"alg": "ES256", "typ": "at+jwt", "kid": "2026-11"}
    write(name, jwt.encode(header, claims, ec) + "\n")


token("good.jwt")
token("hostile.jwt", sub=HOSTILE, client_id=HOSTILE, scope=CLAIMS["scope"] + " urn:example:other")
token("hostile-audience.jwt", aud=HOSTILE)
token("no-scope.jwt", scope="openid")
token("no-user.jwt", username=None)
token("other-issuer.jwt", iss="https://auth.example.com/")

keys = json.loads(json.dumps(KeySet([ec, ed, rsa]).as_dict(private=False)))
write("keys.json", json.dumps(keys, indent=2) + "\n")
mixed = [
    {**keys["keys"][0], "kid": HOSTILE},
    keys["keys"][1],
    {"kty": "oct-not", "kid": "odd"},
    {**keys["keys"][2], "kid": "for-encryption", "use": "enc"},
]
write("keys-mixed.json", json.dumps({"keys": mixed}, indent=2) + "\n")
write("key.pem", ec.as_pem(private=False).decode())
