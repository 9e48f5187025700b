# SPDX-License-Identifier: Apache-2.0
"""crit, b64, typ, and the types of the header parameters that are read."""
import zlib

from corpus import CLAIMS, DROP, to_json, token
from keys import b64

WRONG_TYPES = {"a number": 1, "a boolean": True, "null": None, "an array": ["at+jwt"], "an object": {}}


def add(c):
    c.group = "crit"
    for name, crit, more in (
        ("empty", [], {}), ("a string", "x", {"x": 1}), ("an object", {}, {}), ("null", None, {}), ("true", True, {}),
        ("a number", 1, {}), ("holds a number", [1], {"1": 1}), ("holds null", ["x", None], {"x": 1}),
        ("holds an array", [["x"]], {"x": 1}), ("names what is not there", ["x"], {}),
        ("names one of two", ["x", "y"], {"x": 1}), ("names one twice", ["x", "x"], {"x": 1}),
        ("names the empty name", [""], {}), ("names alg", ["alg"], {}), ("names kid", ["kid"], {}),
        ("names typ", ["typ"], {}), ("names itself", ["crit"], {}), ("names cty", ["cty"], {"cty": "JWT"}),
        ("names jwk", ["jwk"], {"jwk": {}}), ("names x5t#S256", ["x5t#S256"], {"x5t#S256": ""}),
        ("names enc", ["enc"], {"enc": "A256GCM"}), ("names zip", ["zip"], {"zip": "DEF"}),
    ):
        c.bad(f"crit {name}", "HEADER_MALFORMED", token(header={"crit": crit, **more}))
    for name, crit, more in (
        ("an unknown extension", ["http://example.com/UNDEFINED"], {"http://example.com/UNDEFINED": True}),
        ("exp", ["exp"], {"exp": 1363284000}), ("b64, true", ["b64"], {"b64": True}),
        ("b64, false", ["b64"], {"b64": False}), ("two extensions", ["x", "y"], {"x": 1, "y": None}),
        ("a name beyond ASCII", ["\u00e9"], {"\u00e9": 1}),
        ("sixteen extensions", [f"x{i}" for i in range(16)], {f"x{i}": i for i in range(16)}),
    ):
        c.bad(f"crit names {name}", "CRITICAL_UNSUPPORTED", token(header={"crit": crit, **more}))
    c.good("a claim named crit", token({"crit": ["x"]}))

    c.group = "b64"
    c.bad("b64 false without crit", "CRITICAL_UNSUPPORTED", token(header={"b64": False}))
    payload = to_json({**CLAIMS, "aud": "x", "iss": "https://issuer"}).replace(".", "")
    c.bad("a payload that is not encoded", "TOKEN_MALFORMED",
          token(header={"alg": "ES256"}, payload=payload, encode=lambda data: data.decode() if b'"iss"' in data else b64(data)))
    c.good("b64 true", token(header={"b64": True}))
    c.bad("a compressed payload", "CLAIMS_MALFORMED",
          token(header={"zip": "DEF"}, payload=zlib.compress(to_json(CLAIMS).encode())[2:-4]))
    c.bad("a nested token", "CLAIMS_MALFORMED", token(header={"cty": "JWT"}, payload=token()))

    c.group = "typ"
    c.profile("older types", ["issuer.types", "at+jwt JWT absent"])
    c.profile("JWT only", ["issuer.types", "JWT"])
    c.profile("no type", ["issuer.types", "absent"])
    for typ in ("at+jwt", "application/at+jwt", "AT+JWT", "At+Jwt", "Application/at+JWT", "APPLICATION/AT+JWT"):
        c.good(f"typ {typ}", token(header={"typ": typ}))
    for name, typ in {
        "JWT": "JWT", "jwt": "jwt", "absent": DROP, "empty": "", "logout+jwt": "logout+jwt", "dpop+jwt": "dpop+jwt",
        "secevent+jwt": "secevent+jwt", "a prefix": "at+jw", "an extension": "at+jwts", "a space after": "at+jwt ",
        "a space before": " at+jwt", "application/ alone": "application/", "application/ twice": "application/application/at+jwt",
        "another tree": "text/at+jwt", "a slash before": "/at+jwt", "a parameter": "at+jwt;charset=utf-8", "the word absent": "absent",
        "JOSE": "JOSE",
    }.items():
        c.bad(f"typ: {name}", "TYPE_NOT_ACCEPTED", token(header={"typ": typ}))
    for typ in ("at+jwt", "JWT", "jwt", "application/jwt", DROP):
        c.good(f"older types: {'absent' if typ is DROP else typ}", token(header={"typ": typ}), "older types")
    for typ in ("dpop+jwt", "", "absent"):
        c.bad(f"older types: '{typ}'", "TYPE_NOT_ACCEPTED", token(header={"typ": typ}), "older types")
    c.good("JWT only: JWT", token(header={"typ": "JWT"}), "JWT only")
    c.bad("JWT only: at+jwt", "TYPE_NOT_ACCEPTED", token(), "JWT only")
    c.bad("JWT only: absent", "TYPE_NOT_ACCEPTED", token(header={"typ": DROP}), "JWT only")
    c.good("no type: absent", token(header={"typ": DROP}), "no type")
    c.bad("no type: at+jwt", "TYPE_NOT_ACCEPTED", token(), "no type")
    c.bad("no type: the word absent", "TYPE_NOT_ACCEPTED", token(header={"typ": "absent"}), "no type")

    c.group = "header types"
    for parameter in ("alg", "kid", "typ"):
        for name, value in WRONG_TYPES.items():
            c.bad(f"{parameter} is {name}", "HEADER_MALFORMED", token(header={parameter: value}))
    c.good("members that nobody reads", token(header={"x": [1, {"y": None}], "cty": 7, "zip": "DEF", "nonce": False}))

