#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make.py > edges.json: Ed25519 signatures at which implementations differ, after "Taming the many EdDSAs" (Chalkias,
Garillot, Nikolaenko, SSR 2020): points of small and of mixed order, and encodings of numbers that are too large.

`cofactorless` says whether S B = R + h A and all encodings are what RFC 8032 section 5.1.7 decodes (libcrypto's answer);
`cofactored` whether 8 S B = 8 R + 8 h A; `strict` what is left without non-canonical encodings and points of small order."""
import hashlib
import itertools
import json

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)
ZERO = (0, 1)


def x_of(y, sign):
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x - u) % P:
        x = x * ROOT % P
    if (v * x * x - u) % P:
        return None
    return (P - x) % P if x % 2 != sign else x


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    k = D * x1 * x2 * y1 * y2 % P
    return ((x1 * y2 + x2 * y1) * pow(1 + k, -1, P) % P, (y1 * y2 + x1 * x2) * pow(1 - k, -1, P) % P)


def times(n, point):
    result = ZERO
    while n:
        if n & 1:
            result = add(result, point)
        point, n = add(point, point), n >> 1
    return result


def negated(point):
    return (-point[0] % P, point[1])


def encoded(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def decoded(text):
    number = int.from_bytes(text, "little")
    y = (number & (1 << 255) - 1) % P
    x = x_of(y, number >> 255)
    return None if x is None else (x, y)


def is_canonical(text):
    return int.from_bytes(text, "little") & (1 << 255) - 1 < P


def is_small(point):
    return times(8, point) == ZERO


def number(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % L


B = (x_of(4 * pow(5, -1, P) % P, 0), 4 * pow(5, -1, P) % P)
T = next(t for t in (times(L, (x_of(y, 0), y)) for y in itertools.count(2) if x_of(y, 0)) if times(4, t) != ZERO)
TORSION = [times(i, T) for i in range(8)]
# All encodings of points of small order: the eight, those with the sign of a zero x set, and those of y + P.
SMALL = sorted({encoded(t) for t in TORSION} | {
    (y | sign << 255).to_bytes(32, "little")
    for y in (0, 1, P - 1, P, P + 1) for sign in (0, 1)})


def case(kind, key, message, r, s):
    a, big_r = decoded(key), decoded(r)
    cofactorless = cofactored = strict = False
    if a is not None:
        difference = add(times(s % L, B), negated(times(number(r, key, message), a)))
        cofactorless = s < L and encoded(difference) == r
        cofactored = s < L and big_r is not None and is_small(add(difference, negated(big_r)))
        strict = cofactorless and is_canonical(key) and not is_small(a) and not is_small(big_r)
    return {"kind": kind, "key": key.hex(), "msg": message.hex(), "sig": (r + s.to_bytes(32, "little")).hex(),
            "cofactorless": cofactorless, "cofactored": cofactored, "strict": strict}


def cases():
    a = number(b"mxauth test key")
    plain = times(a, B)
    for serial in range(3):
        message = b"message %d" % serial
        nonce = number(b"nonce", message)
        # Good ones, and the same with numbers S that are too large.
        r = encoded(times(nonce, B))
        s = (nonce + number(r, encoded(plain), message) * a) % L
        yield case("good", encoded(plain), message, r, s)
        for multiple in range(1, 16):
            if s + multiple * L < 1 << 256:
                yield case("S too large", encoded(plain), message, r, s + multiple * L)
        for other in (L - s, s ^ 1, 0, L - 1, L, L + 1, (1 << 252) - 1, 1 << 252, (1 << 255) - 1, (1 << 256) - 1):
            yield case("another S", encoded(plain), message, r, other)
        # Keys and R with a part of small order, in all combinations.
        for in_key, in_r in itertools.product(range(8), repeat=2):
            key = encoded(add(plain, TORSION[in_key]))
            r = encoded(add(times(nonce, B), TORSION[in_r]))
            s = (nonce + number(r, key, message) * a) % L
            yield case("mixed order", key, message, r, s)
        # R of small order in every spelling: 0 + h a.
        for r in SMALL:
            for in_key in (0, 1, 4):
                key = encoded(add(plain, TORSION[in_key]))
                yield case("R of small order", key, message, r, number(r, key, message) * a % L)
    # Keys of small order in every spelling sign anything, now and then or always.
    for key in SMALL:
        for serial in range(3):
            message = b"message %d" % serial
            for j in range(8):
                s = number(b"S", message)
                r = encoded(add(times(s, B), times(j, negated(decoded(key)))))
                yield case("key of small order", key, message, r, s)
            for r in SMALL if serial == 0 else []:
                yield case("key and R of small order", key, message, r, 0)
    # Encodings of y from P on, for which there is a point of large order, and what encodes no point.
    for y in range(2, 19):
        key = (P + y).to_bytes(32, "little")
        yield case("y too large", key, b"m", encoded(B), 1)
        yield case("y too large", encoded(plain), b"m", key, 1)


print(json.dumps(list(cases()), indent=0))
