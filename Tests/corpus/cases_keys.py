# SPDX-License-Identifier: Apache-2.0
"""Whose key: keys that the token brings itself, kid, key sets of all kinds, several issuers."""
from corpus import AUDIENCE, DROP, ISSUER, NOW, OTHER, Raw, token
from keys import KEYS, b64

# A self-signed certificate of the attacker is not needed: nobody may look inside.
CERTIFICATE = "MIIBdjCCAR2gAwIBAgIUAgMEBQYHCAkKCwwNDg8QERITFBUwCgYIKoZIzj0EAwIwEjEQMA4GA1UEAwwHYXR0YWNr"


def add(c):
    _embedded(c)
    _kid(c)
    _sets(c)
    _issuers(c)


def _embedded(c):
    c.group = "key in the header"
    jwk = KEYS["attacker"].jwk()
    url = "https://attacker.example/keys"
    for name, parameters in {
        "jwk": {"jwk": jwk}, "jwk without kid": {"jwk": KEYS["attacker"].jwk(kid=None)}, "jku": {"jku": url},
        "x5u": {"x5u": url}, "x5c": {"x5c": [CERTIFICATE]}, "x5t": {"x5t": b64(bytes(20)), "x5t#S256": b64(bytes(32))},
        "jku of a file": {"jku": "file:///etc/passwd"}, "jku of an inner host": {"jku": "http://169.254.169.254/latest"},
        "all": {"jwk": jwk, "jku": url, "x5u": url, "x5c": [CERTIFICATE]},
    }.items():
        c.bad(f"{name}, kid of the attacker", "KEY_UNKNOWN", token(key="attacker", header=parameters))
        c.bad(f"{name}, kid of the issuer", "SIGNATURE_INVALID", token(key="attacker", header={"kid": "p-256", **parameters}))
        c.bad(f"{name}, no kid", "SIGNATURE_INVALID", token(key="attacker", header={"kid": DROP, **parameters}))
        c.good(f"{name}, signed by the issuer", token(header=parameters))
    secret = {"kty": "oct", "k": b64(b"x" * 32)}
    c.bad("jwk with a secret", "KEY_MISMATCH", token(key="p-256", alg="HS256", header={"jwk": secret}), "every algorithm")


def _kid(c):
    c.group = "kid"
    for kid in ("", "P-256", "p-25", "p-2566", "p-256 ", " p-256", "../../../../dev/null", "..\\..\\windows\\win.ini",
                "/proc/self/environ", "' OR '1'='1", "x' UNION SELECT 'secret", "| /usr/bin/id", "$(id)", "`id`", "%s%s%s%n", "%00",
                "http://169.254.169.254/", "p-256\n", "p\u2010256", "\u0440-256", "keys[0]", "*", "null", "0", "{}", "<script>", "\x1b[31m", "\u202e652-p",
                "a" * 5000):
        name = kid if len(kid) < 100 else f"{len(kid)} letters"
        c.bad(f"kid '{name.encode('unicode_escape').decode()}'", "KEY_UNKNOWN", token(header={"kid": kid}))
    head = '{"alg":"ES256","typ":"at+jwt","kid":"x'
    head = b64((head + "x" * (-len(head) % 3)).encode())
    payload, signature = token().split(".")[1:]
    c.bad("a kid of 64 KiB", "KEY_UNKNOWN",
          {"prefix": head, "unit": b64(b"xxx"), "count": 21846, "suffix": b64(b'x"}') + f".{payload}.{signature}"}, "large tokens")
    c.good("a kid in escapes", token(header={"kid": Raw(r'"\u0070-256"')}))
    for name, alg in (("p-256", "ES256"), ("p-384", "ES384"), ("rsa-2048", "RS256"), ("rsa-3072", "RS256"), ("rsa-3072", "PS512")):
        c.good(f"no kid, {alg} by {name}", token(key=name, alg=alg, header={"kid": DROP}))
    c.bad("no kid, key of nobody", "SIGNATURE_INVALID", token(key="attacker", header={"kid": DROP}))
    c.bad("kid of another key of the same kind", "SIGNATURE_INVALID", token(key="rsa-2048", header={"kid": "rsa-3072"}))
    c.bad("kid of a key of another kind", "KEY_MISMATCH", token(key="rsa-2048", header={"kid": "p-256"}))


def _sets(c):
    c.group = "key sets"
    key = KEYS["p-256"]
    rows = [KEYS[f"row-{i}"] for i in range(1, 7)]
    sets = {
        "twins": [key.jwk(kid="twin"), rows[0].jwk(kid="twin"), rows[1].jwk()],
        "one name, two kinds": [key.jwk(kid="name"), KEYS["rsa-2048"].jwk(kid="name")],
        "one without name": [key.jwk(kid=None)],
        "some without name": [key.jwk(kid=None), rows[0].jwk()],
        "five without name": [row.jwk(kid=None) for row in rows[:5]],
        "not for signatures": [key.jwk(use="enc"), rows[0].jwk(), rows[1].jwk(key_ops=["encrypt"]), rows[2].jwk(key_ops=["verify"]),
                               rows[3].jwk(alg="ECDH-ES"), rows[4].jwk(alg="ES384")],
        "some of no use": [key.jwk(d=b64(bytes(32))), rows[0].jwk(x=b64(bytes(32))), rows[1].jwk(crv="P-384"), rows[2].jwk(),
                           {"kty": "AKP"}, "text", None, rows[3].jwk(kid=1), rows[4].jwk(y=rows[4].jwk()["y"] + "=")],
    }
    for name, jwks in sets.items():
        c.key_set(name, jwks)
        c.profile(name, keys=name)
    c.key_set("PEM", (key.public() + KEYS["rsa-2048"].public()).decode())
    c.profile("PEM", keys="PEM")
    c.profile("3072 bits", ["issuer.rsa_min_bits", "3072"])

    c.bad("two keys of one name, the first", "KEY_UNKNOWN", token(header={"kid": "twin"}), "twins")
    c.bad("two keys of one name, the second", "KEY_UNKNOWN", token(key="row-1", header={"kid": "twin"}), "twins")
    c.good("the key beside them", token(key="row-2"), "twins")
    c.bad("two keys of one name, no kid", "SIGNATURE_INVALID", token(header={"kid": DROP}), "twins")
    c.good("one name for two kinds, EC", token(header={"kid": "name"}), "one name, two kinds")
    c.good("one name for two kinds, RSA", token(key="rsa-2048", header={"kid": "name"}), "one name, two kinds")
    c.bad("one name for two kinds, a third", "KEY_MISMATCH", token(key="ed25519", header={"kid": "name"}), "one name, two kinds")
    c.good("a key without name, kid in the token", token(), "one without name")
    c.good("a key without name, no kid", token(header={"kid": DROP}), "one without name")
    c.bad("a key without name, of another kind", "KEY_UNKNOWN", token(key="p-384"), "one without name")
    c.bad("a key without name, signed by another", "SIGNATURE_INVALID", token(key="attacker"), "one without name")
    c.bad("a named key signed by the one without", "SIGNATURE_INVALID", token(header={"kid": "row-1"}), "some without name")
    c.good("a named key beside one without", token(key="row-1"), "some without name")
    for i in range(1, 5):
        c.good(f"key {i} of five without name", token(key=f"row-{i}"), "five without name")
    # At most four are tried.
    c.bad("key 5 of five without name", "SIGNATURE_INVALID", token(key="row-5"), "five without name")
    c.bad("a key for encryption", "KEY_UNKNOWN", token(), "not for signatures")
    c.bad("a key whose key_ops lack verify", "KEY_UNKNOWN", token(key="row-2"), "not for signatures")
    c.bad("a key with alg of key agreement", "KEY_UNKNOWN", token(key="row-4"), "not for signatures")
    c.bad("a key with alg of another curve", "KEY_UNKNOWN", token(key="row-5"), "not for signatures")
    c.good("the key beside them that is for signatures", token(key="row-1"), "not for signatures")
    c.good("a key whose key_ops have verify", token(key="row-3"), "not for signatures")
    for name, kid in (("a private key", "p-256"), ("a point off the curve", "row-1"), ("a point of another curve", "row-2"),
                      ("a kid that is a number", "row-4"), ("a coordinate with padding", "row-5")):
        c.bad(f"{name} in the set", "KEY_UNKNOWN", token(key=kid), "some of no use")
    c.good("the good key beside them", token(key="row-3"), "some of no use")
    c.good("a key from PEM, EC", token(), "PEM")
    c.good("a key from PEM, RSA", token(key="rsa-2048", alg="PS256"), "PEM")
    c.bad("not a key from PEM", "SIGNATURE_INVALID", token(key="attacker"), "PEM")
    c.bad("RSA with 2048 bits where 3072 are demanded", "KEY_UNKNOWN", token(key="rsa-2048"), "3072 bits")
    c.good("RSA with 3072 bits where they are demanded", token(key="rsa-3072"), "3072 bits")
    c.good("EC where 3072 bits of RSA are demanded", token(), "3072 bits")


def _issuers(c):
    c.group = "issuers"
    other = {"iss": OTHER, "aud": "https://other-name.example"}
    jwt = {"typ": "JWT"}
    c.good("the first issuer", token(), "two issuers")
    c.good("the second issuer", token(other, {"kid": "p-256", **jwt}, key="other-p-256"), "two issuers", issuer=1)
    c.good("the second issuer, RSA", token(other, jwt, key="other-rsa"), "two issuers", issuer=1)
    c.bad("the first's token signed by the second", "SIGNATURE_INVALID", token(header={"kid": "p-256"}, key="other-p-256"), "two issuers")
    c.bad("the second's token signed by the first", "SIGNATURE_INVALID", token(other, jwt), "two issuers")
    c.bad("the first's token with a kid of the second", "KEY_UNKNOWN", token(key="other-rsa"), "two issuers")
    c.bad("the second's token with a kid of the first", "KEY_UNKNOWN", token(other, jwt, key="rsa-2048"), "two issuers")
    second = {"kid": "p-256", **jwt}
    c.bad("the second's token with the first's audience", "AUDIENCE_MISMATCH",
          token({**other, "aud": AUDIENCE}, second, key="other-p-256"), "two issuers")
    c.bad("the first's token with the second's audience", "AUDIENCE_MISMATCH", token({"aud": other["aud"]}), "two issuers")
    c.bad("the first's token with the second's typ", "TYPE_NOT_ACCEPTED", token(header=jwt), "two issuers")
    c.bad("the second's token with the first's typ", "TYPE_NOT_ACCEPTED", token(other, {"kid": "p-256"}, key="other-p-256"), "two issuers")
    c.good("the first's leeway", token({"exp": NOW - 20}), "two issuers", expires_at=NOW - 20)
    c.bad("the second has none", "EXPIRED", token({**other, "exp": NOW - 20}, second, key="other-p-256"), "two issuers")
    c.bad("neither issuer", "ISSUER_UNKNOWN", token({"iss": "https://third.example/"}), "two issuers")
    c.bad("both issuers", "CLAIM_INVALID", token({"iss": [ISSUER, OTHER]}), "two issuers")
    c.bad("the second issuer where it is not configured", "ISSUER_UNKNOWN", token(other, second, key="other-p-256"))
