# SPDX-License-Identifier: Apache-2.0
"""Registered claims: their types, times, iss, aud, lifetimes, required claims, sizes."""
from corpus import AUDIENCE, DROP, ISSUER, NOW, Raw, token

VALUES = {
    "a string": "x", "an integer": NOW, "a fraction": Raw(f"{NOW}.5"), "true": True, "false": False, "null": None, "an array": ["x"],
    "an object": {"x": 1},
}


def add(c):
    _types(c)
    _times(c)
    _dates(c)
    _lifetime(c)
    _required(c)
    _issuer(c)
    _audience(c)
    _sizes(c)


def _types(c):
    c.group = "claim types"
    # What each claim is when it is not refused for its type: the status, and what the verdict then says.
    text = {"a string": ("OK", {})}
    number = {"an integer": ("OK", {}), "a fraction": ("OK", {})}
    table = {
        "iss": {"a string": ("ISSUER_UNKNOWN", {})},
        "sub": {"a string": ("OK", {"subject": "x"})},
        "aud": {"a string": ("AUDIENCE_MISMATCH", {}), "an array": ("AUDIENCE_MISMATCH", {})},
        "exp": {"an integer": ("OK", {"expires_at": NOW}), "a fraction": ("OK", {"expires_at": NOW})},
        "nbf": number,
        "iat": {"an integer": ("OK", {"issued_at": NOW}), "a fraction": ("OK", {"issued_at": NOW})},
        "jti": text,
        "client_id": {"a string": ("OK", {"client_id": "x"})},
        "azp": {"a string": ("OK", {"client_id": "x"})},
        "username": {"a string": ("OK", {"user_id": "@x:matrix.example"})},
        "scope": {"a string": ("SCOPE_INSUFFICIENT", {})},
        "scp": {"an array": ("SCOPE_INSUFFICIENT", {})},
    }
    hidden_by = {"azp": "client_id", "scp": "scope"}
    for claim, accepted in table.items():
        for name, value in VALUES.items():
            status, verdict = accepted.get(name, ("CLAIM_INVALID", {}))
            changes = {claim: value, **({hidden_by[claim]: DROP} if claim in hidden_by else {})}
            c.judge(f"{claim} is {name}", status, token(changes), **verdict)
    for claim in ("iss", "exp", "aud"):
        c.bad(f"no {claim}", "CLAIM_MISSING", token({claim: DROP}))
    c.bad("no claims", "CLAIM_MISSING", token(payload="{}"))
    c.good("no sub", token({"sub": DROP}), subject="")
    c.good("no jti", token({"jti": DROP}))
    c.good("no iat", token({"iat": DROP}), issued_at=0)
    c.good("no client", token({"client_id": DROP}), client_id="")
    c.good("azp in place of client_id", token({"client_id": DROP, "azp": "01AZP"}), client_id="01AZP")
    c.good("client_id before azp", token({"azp": "01AZP"}))
    c.good("empty sub and client_id", token({"sub": "", "client_id": ""}), subject="", client_id="")


def _times(c):
    c.group = "times"
    c.profile("no leeway", ["issuer.leeway", "0"])
    c.profile("most leeway", ["issuer.leeway", "300"])
    for profile, leeway in (("default", 30), ("no leeway", 0), ("most leeway", 300)):
        for off in (-2, -1, 0, 1, 2):
            # exp has passed at its very second (RFC 7519 section 4.1.4).
            exp = NOW - leeway + off
            c.judge(f"{profile}: exp {off} s from the edge", "OK" if off > 0 else "EXPIRED", token({"exp": exp}), profile, expires_at=exp)
            late = NOW + leeway + off
            c.judge(f"{profile}: nbf {off} s from the edge", "OK" if off <= 0 else "NOT_YET_VALID", token({"nbf": late}), profile)
            c.judge(f"{profile}: iat {off} s from the edge", "OK" if off <= 0 else "ISSUED_IN_FUTURE", token({"iat": late}), profile,
                    issued_at=late)
    c.bad("exp a day ago", "EXPIRED", token({"exp": NOW - 86400}))
    c.bad("exp at the epoch", "EXPIRED", token({"exp": 0}))
    c.bad("nbf tomorrow", "NOT_YET_VALID", token({"nbf": NOW + 86400, "exp": NOW + 90000}))
    c.bad("iat tomorrow", "ISSUED_IN_FUTURE", token({"iat": NOW + 86400, "exp": NOW + 90000}))
    c.good("nbf and iat at the epoch", token({"nbf": 0, "iat": 0}), issued_at=0)
    c.bad("expired before anything else is looked at", "EXPIRED", token({"exp": NOW - 60, "aud": "x", "scope": ""}))


def _dates(c):
    c.group = "NumericDate"
    last = 253402300799
    for literal, seconds in {
        f"{NOW + 300}.0": NOW + 300, f"{NOW + 300}.999999999": NOW + 300, "1.8e9": 1800000000, "1.8E+9": 1800000000, "18e8": 1800000000,
        "180000000000e-2": 1800000000, "1800000000.00000000000000000001": 1800000000, "0.0018e12": 1800000000, "1800000000e0": 1800000000,
        "1800000000" + "0" * 40 + "e-40": 1800000000, str(last): last, f"{last}.9": last, "4e9": 4000000000, str(2**31): 2**31,
        str(2**32 + 1): 2**32 + 1,
    }.items():
        c.good(f"exp {literal}", token({"exp": Raw(literal)}), expires_at=seconds)
    for literal, status in {
        "1.3e9": "EXPIRED", "1300000000.5": "EXPIRED", f"{NOW - 30}.999": "EXPIRED", "0.1": "EXPIRED", "-0": "EXPIRED", "-0.0": "EXPIRED", "1e-300": "EXPIRED", "0e999": "EXPIRED",
        "-1": "TIME_OUT_OF_RANGE", "-0.5": "TIME_OUT_OF_RANGE", f"-{NOW + 300}": "TIME_OUT_OF_RANGE", str(last + 1): "TIME_OUT_OF_RANGE",
        f"{NOW + 300}000": "TIME_OUT_OF_RANGE", f"{NOW + 300}000000000": "TIME_OUT_OF_RANGE", str(2**53 + 1): "TIME_OUT_OF_RANGE",
        str(2**63 - 1): "TIME_OUT_OF_RANGE", str(-(2**63)): "TIME_OUT_OF_RANGE", f"{2**63}.0": "TIME_OUT_OF_RANGE", "1e19": "TIME_OUT_OF_RANGE", "1e300": "TIME_OUT_OF_RANGE",
        "-1e300": "TIME_OUT_OF_RANGE", "9.3e18": "TIME_OUT_OF_RANGE", "1.7976931348623157e308": "TIME_OUT_OF_RANGE",
        str(2**63): "CLAIMS_MALFORMED", str(2**64 + NOW): "CLAIMS_MALFORMED", "1e309": "CLAIMS_MALFORMED", "1e99999999999999999999": "CLAIMS_MALFORMED",
        f'"{NOW + 300}"': "CLAIM_INVALID", '""': "CLAIM_INVALID", f"[{NOW + 300}]": "CLAIM_INVALID",
    }.items():
        c.bad(f"exp {literal}", status, token({"exp": Raw(literal)}))
    for claim in ("nbf", "iat"):
        for literal, status in {"-1": "TIME_OUT_OF_RANGE", "1e300": "TIME_OUT_OF_RANGE", str(2**53 + 1): "TIME_OUT_OF_RANGE",
                                f"{NOW}000": "TIME_OUT_OF_RANGE", str(2**63): "CLAIMS_MALFORMED", f'"{NOW}"': "CLAIM_INVALID"}.items():
            c.bad(f"{claim} {literal}", status, token({claim: Raw(literal)}))
    c.good("iat 1.3e9", token({"iat": Raw("1.3e9")}), issued_at=1300000000)
    c.good("iat 1300000000.75", token({"iat": Raw("1300000000.75")}), issued_at=1300000000)
    c.good("nbf 1.3e9", token({"nbf": Raw("1.3e9")}))


def _lifetime(c):
    c.group = "max_lifetime"
    c.profile("ten minutes", ["issuer.max_lifetime", "600"])
    c.good("600 s of 600", token({"iat": NOW - 300}), "ten minutes", issued_at=NOW - 300)
    c.bad("601 s of 600", "LIFETIME_TOO_LONG", token({"iat": NOW - 301}), "ten minutes")
    c.bad("a year of 600 s", "LIFETIME_TOO_LONG", token({"exp": NOW + 31536000}), "ten minutes")
    c.bad("no iat to measure from", "CLAIM_MISSING", token({"iat": DROP}), "ten minutes")
    c.bad("since the epoch", "LIFETIME_TOO_LONG", token({"iat": 0}), "ten minutes")
    c.good("iat after exp, within the leeway", token({"iat": NOW + 5, "exp": NOW - 5}), "ten minutes", issued_at=NOW + 5, expires_at=NOW - 5)
    c.good("a year where nothing is said", token({"exp": NOW + 31536000}), expires_at=NOW + 31536000)


def _required(c):
    c.group = "required_claims"
    c.profile("acr and sub required", ["issuer.required_claims", "acr sub"])
    for name, value in {"a string": "x", "the empty string": "", "zero": 0, "false": False, "an empty array": [], "an object": {}}.items():
        c.good(f"acr is {name}", token({"acr": value}), "acr and sub required")
    c.bad("acr is null", "CLAIM_MISSING", token({"acr": None}), "acr and sub required")
    c.bad("no acr", "CLAIM_MISSING", token(), "acr and sub required")
    c.bad("no sub where it is required", "CLAIM_MISSING", token({"acr": "x", "sub": DROP}), "acr and sub required")
    c.bad("ACR in place of acr", "CLAIM_MISSING", token({"ACR": "x"}), "acr and sub required")
    c.bad("acr within another claim", "CLAIM_MISSING", token({"x": {"acr": 1}}), "acr and sub required")
    c.bad("acr in the header", "CLAIM_MISSING", token(header={"acr": 1}), "acr and sub required")
    c.bad("acr as an element", "CLAIM_MISSING", token({"x": ["acr"]}), "acr and sub required")


def _issuer(c):
    c.group = "iss"
    for iss in (ISSUER[:-1], ISSUER + "/", ISSUER.upper(), "https://Issuer.example/", "http://issuer.example/", "issuer.example",
                " " + ISSUER, ISSUER + " ", ISSUER + "\n", "https://issuer.example:443/", "https://issuer.example./",
                "https://issuer.example/?x", "https://issuer.example/#", "https://%69ssuer.example/", "https://issuer.example/x",
                "https://issuer.example.attacker.example/", "https://attacker.example/https://issuer.example/", "https://issuer.exampl",
                "", "*", "https://\u0456ssuer.example/", "x" * 3000):
        name = iss if len(iss) < 100 else f"{len(iss)} letters"
        c.bad(f"iss '{name.encode('unicode_escape').decode()}'", "ISSUER_UNKNOWN", token({"iss": iss}))
    for name, value in {"in an array": [ISSUER], "in an array of two": [ISSUER, "x"], "in an object": {"iss": ISSUER}}.items():
        c.bad(f"iss {name}", "CLAIM_INVALID", token({"iss": value}))
    c.good("iss in escapes", token({"iss": Raw(r'"https:\/\/\u0069ssuer.example\/"')}))


def _audience(c):
    c.group = "aud"
    c.profile("any audience", ["issuer.any_audience", "true"], audience=None)
    c.profile("two audiences", audience="https://first.example https://matrix.example")
    for name, aud in {
        "a string": AUDIENCE, "an array": [AUDIENCE], "second of two": ["x", AUDIENCE], "first of two": [AUDIENCE, "x"],
        "last of a hundred": [f"x{i}" for i in range(99)] + [AUDIENCE], "twice": [AUDIENCE, AUDIENCE],
    }.items():
        c.good(f"aud {name}", token({"aud": aud}))
    for name, aud in {
        "the empty string": "", "an empty array": [], "an array of the empty string": [""], "in capitals": AUDIENCE.upper(),
        "with a slash": AUDIENCE + "/", "cut short": AUDIENCE[:-1], "longer": AUDIENCE + "s", "as a host": "matrix.example",
        "with http": "http://matrix.example", "two in a string": f"x {AUDIENCE}", "two with a comma": f"{AUDIENCE},x", "the client": "01CLIENT",
        "of others": ["x", "y"], "a star": "*", "with a space": AUDIENCE + " ", "of a hundred others": [f"x{i}" for i in range(100)],
    }.items():
        c.bad(f"aud {name}", "AUDIENCE_MISMATCH", token({"aud": aud}))
    for name, aud in {
        "with a number": [AUDIENCE, 1], "with null": [None, AUDIENCE], "within an array": [[AUDIENCE]], "within an object": [{"aud": AUDIENCE}],
        "an object": {AUDIENCE: 1}, "with true": [True],
    }.items():
        c.bad(f"aud {name}", "CLAIM_INVALID", token({"aud": aud}))
    for aud in ("https://first.example", ["https://first.example"], AUDIENCE):
        c.good(f"two audiences: {aud}", token({"aud": aud}), "two audiences")
    c.bad("two audiences: both in a string", "AUDIENCE_MISMATCH", token({"aud": "https://first.example https://matrix.example"}), "two audiences")
    for name, aud in {"absent": DROP, "another": "x", "empty": "", "an empty array": [], "an array": ["x", "y"]}.items():
        c.good(f"any audience: {name}", token({"aud": aud}), "any audience")
    for name, aud in {"a number": 1, "null": None, "an array with a number": ["x", 1]}.items():
        c.bad(f"any audience: {name}", "CLAIM_INVALID", token({"aud": aud}), "any audience")


def _sizes(c):
    c.group = "sizes of claims"
    for claim, field in (("sub", "subject"), ("client_id", "client_id")):
        c.good(f"{claim} of 255 bytes", token({claim: "x" * 255}), **{field: "x" * 255})
        c.bad(f"{claim} of 256 bytes", "CLAIM_INVALID", token({claim: "x" * 256}))
        c.good(f"{claim} of 254 bytes in UTF-8", token({claim: "\u00e9" * 127}), **{field: "\u00e9" * 127})
        c.bad(f"{claim} of 128 letters, 256 bytes", "CLAIM_INVALID", token({claim: "\u00e9" * 128}))
        c.good(f"{claim} of 255 bytes in escapes", token({claim: Raw('"' + r"\u0078" * 255 + '"')}), **{field: "x" * 255})
    c.bad("azp of 256 bytes", "CLAIM_INVALID", token({"client_id": DROP, "azp": "x" * 256}))
    # jti is in no verdict, so nothing limits it.
    c.good("jti of 5000 bytes", token({"jti": "x" * 5000}))
