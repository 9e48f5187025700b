# SPDX-License-Identifier: Apache-2.0
"""The corpus as it grows: its profiles, its cases, and tokens to make them of."""
import json

from keys import KEYS, MAIN, USUAL, b64

NOW = 1_790_000_000
ISSUER = "https://issuer.example/"
OTHER = "https://other.example/"
AUDIENCE = "https://matrix.example"
API = "urn:matrix:client:api:*"
DEVICE = "urn:matrix:client:device:"
OLD_API = "urn:matrix:org.matrix.msc2967.client:api:*"
OLD_DEVICE = "urn:matrix:org.matrix.msc2967.client:device:"

CLAIMS = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "exp": NOW + 300,
    "iat": NOW - 10,
    "sub": "01SUBJECT",
    "client_id": "01CLIENT",
    "jti": "01TOKEN",
    "username": "alice",
    "scope": f"{API} {DEVICE}ABCDEFGHIJ",
}
VERDICT = {
    "user_id": "@alice:matrix.example",
    "device_id": "ABCDEFGHIJ",
    "subject": "01SUBJECT",
    "client_id": "01CLIENT",
    "grants": 1,
    "expires_at": NOW + 300,
    "issued_at": NOW - 10,
    "issuer": 0,
    "flags": 0,
}
DROP = object()


class Raw(str):
    """JSON text that is written as it stands."""


def to_json(members):
    def text(value):
        return value if isinstance(value, Raw) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)

    return "{" + ",".join(f"{text(name)}:{text(value)}" for name, value in members.items()) + "}"


def changed(members, changes):
    merged = {**members, **(changes or {})}
    return {name: value for name, value in merged.items() if value is not DROP}


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def token(
    claims=None, header=None, *, key="p-256", alg=None, payload=None, header_text=None, encode=b64, sign=None
):
    """A token that is good but for what the arguments say. Its signature is valid whatever they say, unless `sign`
    makes another. `payload` and `header_text` stand for the JSON as a whole, `encode` for base64url."""
    key = KEYS[key]
    alg = alg or USUAL[key.kind]
    header = to_json(changed({"alg": alg, "typ": "at+jwt", "kid": key.name}, header)) if header_text is None else header_text
    payload = to_json(changed(CLAIMS, claims)) if payload is None else payload
    signed = f"{encode(as_bytes(header))}.{encode(as_bytes(payload))}"
    signature = sign(signed.encode()) if sign else key.sign(alg, signed.encode())
    return f"{signed}.{signature if isinstance(signature, str) else b64(signature)}"


class Corpus:
    def __init__(self):
        self.keys = {}
        self.profiles = {}
        self.cases = []
        self.group = ""

    def key_set(self, name, jwks):
        self.keys[name] = jwks if isinstance(jwks, str) else {"keys": jwks}

    def profile(self, name, *options, keys="main", audience=AUDIENCE, server="matrix.example", before=()):
        self.profiles[name] = [
            *([["server_name", server]] if server else []),
            *map(list, before),
            ["issuer", ISSUER],
            *([["issuer.audience", audience]] if audience else []),
            ["issuer.keys", "@" + keys],
            *map(list, options),
        ]

    def good(self, name, token, profile="default", **verdict):
        self._add(name, profile, token, "MXAUTH_OK", {**VERDICT, **verdict})

    def bad(self, name, status, token, profile="default"):
        self._add(name, profile, token, "MXAUTH_" + status, {})

    def judge(self, name, status, token, profile="default", **verdict):
        if status == "OK":
            self.good(name, token, profile, **verdict)
        else:
            self.bad(name, status, token, profile)

    def _add(self, name, profile, token, status, verdict):
        text = {"token_repeat": token} if isinstance(token, dict) else {"token": token}
        self.cases.append({"name": name, "group": self.group, "profile": profile, **text, "status": status, **verdict})


def declare(corpus):
    """The key sets and profiles that cases of several groups use."""
    main = [KEYS[name].jwk() for name in MAIN]
    corpus.key_set("main", main)
    corpus.key_set("oct", [KEYS[name].jwk(alg=name.upper()) for name in ("hs256", "hs384", "hs512")])
    # The second issuer uses a name of the first for another key.
    corpus.key_set("other", [KEYS["other-rsa"].jwk(), KEYS["other-p-256"].jwk(kid="p-256")])

    every = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448 HS256 HS384 HS512"
    corpus.profile("default")
    corpus.profile("every algorithm", ["issuer.algorithms", every])
    corpus.profile("shared secrets", ["issuer.algorithms", "HS256 HS384 HS512"], keys="oct")
    corpus.profile("large tokens", before=[["max_token_bytes", "1048576"]])
    corpus.profile(
        "two issuers",
        ["issuer", OTHER], ["issuer.audience", "https://other-name.example"], ["issuer.keys", "@other"],
        ["issuer.types", "JWT"], ["issuer.leeway", "0"],
    )
