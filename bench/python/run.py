# SPDX-License-Identifier: Apache-2.0
"""run.py LIBRARY RESULTS: what a token costs in Python, beside PyJWT, joserfc and ctypes, measured in turns. Prints the
figures and writes them to RESULTS as JSON. Tokens that count as never seen are used once."""

import asyncio
import ctypes
import json
import os
import platform
import statistics
import sys
import threading
import time
import warnings
from pathlib import Path

import joserfc.jwk
import joserfc.jwt
import jwt as pyjwt

import mxauth
from mxauth import asgi

ISSUER, AUDIENCE, SCOPE = "https://auth.example.org/", "https://matrix.example.org/", "urn:matrix:client:api:*"
KEYS = {
    "RS256": ("RSA", 2048), "PS256": ("RSA", 2048), "ES256": ("EC", "P-256"), "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"), "EdDSA": ("OKP", "Ed25519"), "HS256": ("oct", 256),
}  # fmt: skip
ROUNDS, BATCH, HITS = 15, 20, 20_000
now = int(time.time())
clock = time.perf_counter_ns
warnings.simplefilter("ignore")


class Algorithm:
    """A key, as many tokens as are asked for, and the three libraries with that key at hand."""

    def __init__(self, name):
        self.name = name
        self.key = joserfc.jwk.generate_key(*KEYS[name], {"kid": "k", "use": "sig"})
        jwks = {"keys": [self.key.as_dict(private=KEYS[name][0] == "oct")]}
        self.validator = mxauth.Validator(
            server_name="example.org", issuer=ISSUER, audience=AUDIENCE, keys=jwks, algorithms=[name], transport=False
        )
        self.pyjwt_key = pyjwt.PyJWK(jwks["keys"][0], algorithm=name).key
        self.claims = joserfc.jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
        )
        self.made = 0
        for token in self.tokens(40):  # an EC key gets its table
            self.mxauth(token)
        time.sleep(0.3)

    def tokens(self, count):
        return [self._token() for _ in range(count)]

    def _token(self):
        self.made += 1
        claims = {
            "iss": ISSUER, "aud": AUDIENCE, "sub": f"01HXYZ{self.made:06}", "client_id": "01CLIENT",
            "username": "alice", "iat": now, "exp": now + 3600,
            "scope": f"openid {SCOPE} urn:matrix:client:device:ABCDEFGHIJ",
        }  # fmt: skip
        header = {"alg": self.name, "typ": "at+jwt", "kid": "k"}
        return joserfc.jwt.encode(header, claims, self.key, algorithms=[self.name])

    def mxauth(self, token):
        return self.validator.validate(token)

    def pyjwt(self, token):
        return pyjwt.decode(token, self.pyjwt_key, algorithms=[self.name], audience=AUDIENCE, issuer=ISSUER)

    def joserfc(self, token):
        claims = joserfc.jwt.decode(token, self.key, algorithms=[self.name]).claims
        self.claims.validate(claims)
        return claims


def each(call, arguments):
    begun = clock()
    for argument in arguments:
        call(argument)
    return (clock() - begun) / len(arguments)


def cold(name):
    algorithm = Algorithm(name)
    taken = {"mxauth": [], "pyjwt": [], "joserfc": []}
    for _ in range(ROUNDS):
        tokens = algorithm.tokens(BATCH)
        for library, times in taken.items():
            times.append(each(getattr(algorithm, library), tokens))
    assert algorithm.validator.statistics().cache_hits == 0
    return {library: statistics.median(times) for library, times in taken.items()}


class Text(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("bytes", ctypes.c_char * 256)]


class Flat(ctypes.Structure):
    _fields_ = [
        ("struct_size", ctypes.c_uint32), ("status", ctypes.c_int32), ("kind", ctypes.c_uint32),
        ("flags", ctypes.c_uint32), ("grants", ctypes.c_uint64), ("expires_at", ctypes.c_int64),
        ("issued_at", ctypes.c_int64),
        ("issuer", ctypes.c_uint32), *((name, Text) for name in ("user_id", "device_id", "subject", "client_id")),
        ("exchange", ctypes.c_uint64),
    ]  # fmt: skip


def by_ctypes(path, algorithm):
    """The same through ctypes, as somebody would write it."""
    library = ctypes.CDLL(path)
    library.mxauth_config_new.restype = ctypes.c_void_p
    library.mxauth_config_set.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p]
    library.mxauth_validator_new.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    library.mxauth_validate.argtypes = [
        ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(Flat), ctypes.c_void_p,
    ]  # fmt: skip
    config, validator = library.mxauth_config_new(), ctypes.c_void_p()
    keys = json.dumps({"keys": [algorithm.key.as_dict(private=False)]})
    for name, value in (
        ("server_name", "example.org"),
        ("issuer", ISSUER),
        ("issuer.audience", AUDIENCE),
        ("issuer.keys", keys),
    ):
        assert library.mxauth_config_set(config, name.encode(), value.encode(), None) == 0
    assert library.mxauth_validator_new(config, ctypes.byref(validator), None) == 0

    def validate(token):
        encoded = token.encode()
        flat = Flat(struct_size=ctypes.sizeof(Flat))
        if library.mxauth_validate(validator, encoded, len(encoded), ctypes.byref(flat), None) != 0:
            raise ValueError(flat.status)
        return flat

    return validate


def by_guard(validator):
    """A request through the guard, to an application that does nothing."""

    async def application(scope, receive, send):
        pass

    guard = asgi.Guard(application, validator)
    path = "/_matrix/client/v3/sync"
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"since=s1"}

    def request(token):
        headers = [(b"host", b"matrix.example.org"), (b"authorization", b"Bearer " + token.encode())]
        coroutine = guard({**scope, "headers": headers}, None, None)
        try:
            coroutine.send(None)
        except StopIteration:
            return
        raise AssertionError("it waited")

    return request


def hits(path):
    algorithm = Algorithm("ES256")
    (token,) = algorithm.tokens(1)
    validate = algorithm.validator.validate
    through_ctypes = by_ctypes(path, algorithm)
    verdict = [validate(token) for _ in range(3)][-1]
    assert verdict.cached and through_ctypes(token).status == 0

    def authorize(path):
        algorithm.validator.authorize(verdict, "GET", path)

    through_guard = by_guard(algorithm.validator)

    async def tasks(tokens):
        for token in tokens:
            await algorithm.validator.validate_async(token)

    names = ("nothing", "mxauth", "mxauth, user_id", "validate_async", "ctypes", "authorize", "asgi.Guard", "pyjwt")
    taken = {name: [] for name in names}
    for _ in range(ROUNDS):
        taken["nothing"].append(each(lambda token: None, [token] * HITS))
        taken["mxauth"].append(each(validate, [token] * HITS))
        taken["mxauth, user_id"].append(each(lambda token: validate(token).user_id, [token] * HITS))
        begun = clock()
        asyncio.run(tasks([token] * HITS))
        taken["validate_async"].append((clock() - begun) / HITS)
        taken["ctypes"].append(each(through_ctypes, [token] * HITS))
        taken["authorize"].append(each(authorize, ["/_matrix/client/v3/sync?since=s1"] * HITS))
        taken["asgi.Guard"].append(each(through_guard, [token] * 2_000))
        taken["pyjwt"].append(each(algorithm.pyjwt, [token] * 50))
    return {name: statistics.median(times) for name, times in taken.items()}


def together(algorithm, batches):
    """Nanoseconds per token with a thread for each batch."""
    threads = [threading.Thread(target=each, args=(algorithm.mxauth, batch)) for batch in batches]
    begun = clock()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (clock() - begun) / sum(map(len, batches))


def scaling(name):
    algorithm = Algorithm(name)
    taken = {"1 thread": [], "2 threads": []}
    for _ in range(7):
        taken["1 thread"].append(together(algorithm, [algorithm.tokens(300)]))
        taken["2 threads"].append(together(algorithm, [algorithm.tokens(150) for _ in range(2)]))
    return {threads: statistics.median(times) for threads, times in taken.items()}


def main(path, results):
    figures = {
        "machine": {"processors": os.cpu_count(), "python": platform.python_version(), "pyjwt": pyjwt.__version__,
                    "joserfc": joserfc.__version__, "mxauth": mxauth.version()},
        "hit": hits(path),
        "cold": {name: cold(name) for name in KEYS},
        "threads": {name: scaling(name) for name in ("RS256", "ES512")},
    }  # fmt: skip
    hit = figures["hit"]
    print("a token that is known, ns a call")
    for name, value in hit.items():
        print(f"  {name:18}{value:10.0f}")
    print(f"  PyJWT takes {hit['pyjwt'] / hit['mxauth']:.0f} times as long, ctypes {hit['ctypes'] / hit['mxauth']:.1f}")
    print("a token never seen, microseconds      mxauth   PyJWT joserfc   ratios")
    for name, taken in figures["cold"].items():
        ours, *others = (taken[library] / 1000 for library in ("mxauth", "pyjwt", "joserfc"))
        ratios = " ".join(f"{other / ours:6.1f}" for other in others)
        print(f"  {name:33}{ours:8.1f}{others[0]:8.1f}{others[1]:8.1f}   {ratios}")
    print("threads, tokens never seen, microseconds a token")
    for name, taken in figures["threads"].items():
        one, two = taken["1 thread"] / 1000, taken["2 threads"] / 1000
        print(f"  {name:10} 1: {one:8.1f}   2: {two:8.1f}   {one / two:.2f} times as many tokens a second")
    Path(results).parent.mkdir(parents=True, exist_ok=True)
    Path(results).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


main(*sys.argv[1:])
