# SPDX-License-Identifier: Apache-2.0
"""What Matrix asks of a token: scopes, devices and users (MSC2967)."""
from corpus import API, DEVICE, DROP, OLD_API, OLD_DEVICE, Raw, token

LONGEST = 255 - len("@:matrix.example")


def add(c):
    _scopes(c)
    _grammar(c)
    _scp(c)
    _devices(c)
    _users(c)


def _scopes(c):
    c.group = "scopes"
    c.profile("no scope needed", ["issuer.require_api_scope", "false"])

    def good(name, scope, profile="default", **verdict):
        c.good(name, token({"scope": scope}), profile, **{"device_id": "", **verdict})

    good("the API, stable", API)
    good("the API, unstable", OLD_API)
    good("the API, both", f"{API} {OLD_API}")
    good("the API, twice", f"{API} {API}")
    good("the API and openid", f"openid {API}", grants=3)
    good("the API and Synapse's administration", f"{API} urn:synapse:admin:*", grants=5)
    good("the API and MAS's administration", f"{API} urn:mas:admin", grants=9)
    good("all of them", f"urn:mas:admin urn:synapse:admin:* openid {OLD_API}", grants=15)
    good("the API and others", f"{API} email profile", flags=1)
    good("the API and a part of it", f"{API} urn:matrix:client:api:read", flags=1)
    good("3000 unknown scopes", " ".join([API, *["x"] * 3000]), flags=1)
    for name, scope in {"absent": DROP, "empty": "", "openid": "openid", "Synapse's administration": "urn:synapse:admin:*",
                        "MAS's administration": "urn:mas:admin", "a device": DEVICE + "ABCDEFGHIJ"}.items():
        c.bad(f"only: {name}", "SCOPE_INSUFFICIENT", token({"scope": scope}))
    for scope in (API + "x", API + "*", API[:-1], API[:-2], API.upper(), "URN" + API[3:], "urn:matrix:client:API:*", "urn:matrix:client:*",
                  "urn:matrix:*", "urn:*", "*", "urn:matrix:client:api:read", "urn:matrix:client:api:/",
                  "xurn:matrix:client:api:*", "urn:matrix:client:api:*,openid", "urn:matrix:client:api:%2A", OLD_API + "x", OLD_API[:-1],
                  "urn:matrix:org.matrix.msc2967.client:api", "urn:matrix:org.matrix.msc2967.Client:api:*", "urn:matrix:org.matrix.msc2967:api:*",
                  "urn:matrix:org.matrix.msc2964.client:api:*", "urn:matrix:client::api:*", "org.matrix.msc2967.client:api:*"):
        c.bad(f"near: {scope}", "SCOPE_INSUFFICIENT", token({"scope": scope}))
    good("none needed: absent", DROP, "no scope needed", grants=0)
    good("none needed: empty", "", "no scope needed", grants=0)
    good("none needed: openid", "openid", "no scope needed", grants=2)
    good("none needed: unknown ones", "email urn:matrix:client:api:read", "no scope needed", grants=0, flags=1)
    good("none needed: a device", DEVICE + "D", "no scope needed", grants=0, device_id="D")
    for scope in ("urn:synapse:admin", "urn:synapse:admin:", "urn:synapse:admin:*x", "urn:mas:admin:*", "urn:mas:admi", "OpenID", "openid2"):
        good(f"none needed: {scope}", scope, "no scope needed", grants=0, flags=1)


def _grammar(c):
    c.group = "scope grammar"
    for name, scope in {
        "two spaces": f"{API}  openid", "a space before": f" {API}", "a space after": f"{API} ", "a space alone": " ", "a tab": f"{API}\topenid",
        "a line end": f"{API}\nopenid", "a line end after": f"{API}\n", "a quotation mark": f'{API} "x"', "a backslash": f"{API} a\\b",
        "DEL": f"{API} a\x7f", "a letter beyond ASCII": f"{API} \u00e9", "a no-break space": f"{API}\u00a0openid", "a control character": f"{API} a\x01",
        "an ideographic space": f"{API}\u3000openid",
    }.items():
        c.bad(f"scope with {name}", "SCOPE_MALFORMED", token({"scope": scope}))
    c.bad("scope breaks the grammar where none is needed", "SCOPE_MALFORMED", token({"scope": " "}), "no scope needed")
    c.good("scope with every character of a token", token({"scope": API + " !#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~"}), device_id="", flags=1)
    c.good("scope with escapes", token({"scope": Raw(r'"\u0075rn:matrix:client\u003aapi:\u002a\u0020openid"')}), device_id="", grants=3)


def _scp(c):
    c.group = "scp"

    def scp(value, **more):
        return token({"scope": DROP, "scp": value, **more})

    c.good("scp with the API", scp([API]), device_id="")
    c.good("scp with a device", scp(["openid", API, OLD_DEVICE + "D"]), device_id="D", grants=3)
    c.good("scp with others", scp([API, "x"]), device_id="", flags=1)
    c.bad("scp empty", "SCOPE_INSUFFICIENT", scp([]))
    c.bad("scp without the API", "SCOPE_INSUFFICIENT", scp(["openid"]))
    c.bad("scp with two in a string", "SCOPE_MALFORMED", scp([f"{API} openid"]))
    c.bad("scp with an empty one", "SCOPE_MALFORMED", scp([API, ""]))
    c.bad("scp with a number", "CLAIM_INVALID", scp([API, 1]))
    c.bad("scp with null", "CLAIM_INVALID", scp([None, API]))
    c.bad("scp with an array", "CLAIM_INVALID", scp([[API]]))
    c.bad("scp with two devices", "DEVICE_AMBIGUOUS", scp([API, DEVICE + "A", DEVICE + "B"]))
    c.bad("scope before scp", "SCOPE_INSUFFICIENT", scp([API], scope="openid"))
    c.good("scp beside scope", scp(["openid"], scope=API), device_id="")


def _devices(c):
    c.group = "devices"

    def scope(*devices):
        return token({"scope": " ".join([API, *devices])})

    c.good("no device", scope(), device_id="")
    c.good("a device, stable", scope(DEVICE + "AAAA"), device_id="AAAA")
    c.good("a device, unstable", scope(OLD_DEVICE + "AAAA"), device_id="AAAA")
    c.good("a device in both spellings", scope(DEVICE + "AAAA", OLD_DEVICE + "AAAA"), device_id="AAAA")
    c.good("a device twice", scope(DEVICE + "AAAA", DEVICE + "AAAA"), device_id="AAAA")
    c.good("a device before the API", token({"scope": f"{DEVICE}AAAA {API}"}), device_id="AAAA")
    for size in (1, 2, 10, 254, 255):
        c.good(f"a device of {size} bytes", scope(DEVICE + "x" * size), device_id="x" * size)
    for size in (0, 256, 257, 1000):
        c.bad(f"a device of {size} bytes", "DEVICE_INVALID", scope(DEVICE + "x" * size))
        c.bad(f"a device of {size} bytes, unstable", "DEVICE_INVALID", scope(OLD_DEVICE + "x" * size))
    c.good("a device with punctuation", scope(DEVICE + "a:b/..;~<>&'"), device_id="a:b/..;~<>&'")
    c.bad("two devices", "DEVICE_AMBIGUOUS", scope(DEVICE + "AAAA", DEVICE + "BBBB"))
    c.bad("two devices in two spellings", "DEVICE_AMBIGUOUS", scope(DEVICE + "AAAA", OLD_DEVICE + "BBBB"))
    c.bad("two devices that differ in case", "DEVICE_AMBIGUOUS", scope(DEVICE + "AAAA", DEVICE + "aaaa"))
    c.bad("a device and a longer one", "DEVICE_AMBIGUOUS", scope(DEVICE + "AAAA", DEVICE + "AAAAB"))
    c.bad("three devices, two alike", "DEVICE_AMBIGUOUS", scope(DEVICE + "A", DEVICE + "A", DEVICE + "B"))
    c.bad("two devices where no scope is needed", "DEVICE_AMBIGUOUS", token({"scope": f"{DEVICE}A {DEVICE}B"}), "no scope needed")
    for near in ("urn:matrix:client:device", "urn:matrix:client:Device:AAAA", "urn:matrix:client:devices:AAAA", "urn:matrix:device:AAAA",
                 "URN:matrix:client:device:AAAA", "urn:matrix:org.matrix.msc2967.client:device"):
        c.good(f"no device: {near}", scope(near), device_id="", flags=1)
    c.good("a claim device_id does not count", token({"scope": API, "device_id": "AAAA"}), device_id="")


def _users(c):
    c.group = "users"
    c.profile("users are optional", ["issuer.require_user", "false"])
    c.profile("no server name", ["issuer.require_user", "false"], server=None)
    c.profile("user in sub", ["issuer.user_claim", "sub"])
    c.profile("user in a long claim name", ["issuer.user_claim", "https://matrix.example/claims/localpart"])
    c.profile("server with a port", server="[2001:db8::1]:8448")
    for user in ("alice", "a", "0", "a.b_c=d-e/f+g", "_irc_bob", "=40", "x" * LONGEST):
        for claim in (user, f"@{user}:matrix.example"):
            name = claim if len(claim) < 100 else f"{len(claim)} bytes"
            c.good(f"user {name}", token({"username": claim}), user_id=f"@{user}:matrix.example")
    for user in ("", "Alice", "ALICE", "alice bob", " alice", "alice ", "al\u00efce", "alice:", ":", "@", "@alice", "@:matrix.example", "@alice:",
                 "alice:matrix.example", "alice@matrix.example", "@alice@matrix.example", "@alice:matrix.example:8448", "@alice:other.example",
                 "@alice:MATRIX.example", "@alice:matrix.example.attacker.example", "@alice:attacker.example:matrix.example", "@alice:xmatrix.example",
                 "@Alice:matrix.example", "@@alice:matrix.example", "alice#1", "alice\n", "al\\ice", "a?b", "a%40b", "~alice", "alice!", "alice\x7f",
                 "#alice:matrix.example", ":matrix.example", "x" * (LONGEST + 1), "x" * 300, "x" * 5000, "@" + "x" * (LONGEST + 1) + ":matrix.example"):
        name = user if len(user) < 100 else f"{len(user)} bytes"
        c.bad(f"not a user: '{name.encode('unicode_escape').decode()}'", "USER_INVALID", token({"username": user}))
    c.bad("no user", "USER_MISSING", token({"username": DROP}))
    c.bad("a user within another claim", "USER_MISSING", token({"username": DROP, "x": {"username": "alice"}}))
    c.good("optional: absent", token({"username": DROP}), "users are optional", user_id="")
    c.good("optional: there", token(), "users are optional")
    c.bad("optional: invalid", "USER_INVALID", token({"username": "Alice"}), "users are optional")
    c.bad("optional: null", "CLAIM_INVALID", token({"username": None}), "users are optional")
    c.good("no server, no user ID", token(), "no server name", user_id="")
    c.good("no server, no user", token({"username": DROP}), "no server name", user_id="")
    c.bad("no server, user is a number", "CLAIM_INVALID", token({"username": 1}), "no server name")
    c.good("user in sub", token({"sub": "bob"}), "user in sub", user_id="@bob:matrix.example", subject="bob")
    c.good("user in sub, whole", token({"sub": "@bob:matrix.example"}), "user in sub", user_id="@bob:matrix.example", subject="@bob:matrix.example")
    c.bad("user in sub, which is a ULID", "USER_INVALID", token(), "user in sub")
    c.bad("user in sub, which is absent", "USER_MISSING", token({"sub": DROP}), "user in sub")
    c.good("user in a claim with a long name", token({"https://matrix.example/claims/localpart": "bob"}), "user in a long claim name",
           user_id="@bob:matrix.example")
    c.bad("user in another claim than that", "USER_MISSING", token(), "user in a long claim name")
    c.good("server with a port", token(), "server with a port", user_id="@alice:[2001:db8::1]:8448")
    c.good("server with a port, whole", token({"username": "@alice:[2001:db8::1]:8448"}), "server with a port", user_id="@alice:[2001:db8::1]:8448")
    c.bad("server with a port, without it", "USER_INVALID", token({"username": "@alice:[2001:db8::1]"}), "server with a port")
