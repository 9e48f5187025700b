# SPDX-License-Identifier: Apache-2.0
"""alg, and the signature schemes themselves."""
import hashlib
import json

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from corpus import DROP, OTHER, token
from keys import ALGORITHMS, CURVES, KEYS, MAIN, SERVES, b64, mac


def add(c):
    _none(c)
    _confusion(c)
    _pairs(c)
    _ecdsa(c)
    _rsa(c)
    _edwards(c)
    _shared(c)


def _none(c):
    c.group = "alg none"
    for profile in ("default", "every algorithm", "shared secrets"):
        for alg in ("none", "None", "NONE", "nOnE"):
            c.bad(f"{profile}: {alg} without signature", "ALGORITHM_NOT_ALLOWED", token(header={"alg": alg}, sign=lambda _: ""), profile)
    for alg in ("none", "NONE", "nonE", " none", "none ", "none\n", "nonenone", "", "null", "\u200bnone"):
        c.bad(f"'{alg.encode('unicode_escape').decode()}' with a signature", "ALGORITHM_NOT_ALLOWED", token(header={"alg": alg}))
    c.bad("no alg", "ALGORITHM_NOT_ALLOWED", token(header={"alg": DROP}))
    c.bad("no alg and no signature", "ALGORITHM_NOT_ALLOWED", token(header={"alg": DROP}, sign=lambda _: ""))
    c.bad("none and no other parameter", "ALGORITHM_NOT_ALLOWED", token(header_text='{"alg":"none"}', sign=lambda _: ""))
    c.bad("none with a kid of nobody", "ALGORITHM_NOT_ALLOWED", token(header={"alg": "none", "kid": "x"}, sign=lambda _: ""))
    c.group = "alg"
    for alg in ("es256", "ES256 ", " ES256", "ES-256", "ES2566", "ES25", "RS1", "RS257", "HS1", "HS265", "SHA256", "A256KW", "dir",
                "RSA-OAEP", "ECDH-ES", "PBES2-HS256+A128KW", "ESP256", "ML-DSA-44", "eddsa", "ED25519", "es256k", "Rs256", "*", "any"):
        c.bad(f"alg '{alg}'", "ALGORITHM_NOT_ALLOWED", token(header={"alg": alg}))


def _confusion(c):
    c.group = "key confusion"
    key = KEYS["rsa-2048"]
    pem = key.public()
    secrets = {
        "PEM": pem, "PEM without its last line end": pem.rstrip(), "PEM after a space": b" " + pem, "PEM after a line end": b"\n" + pem,
        "PEM with CRLF": pem.replace(b"\n", b"\r\n"), "PEM of PKCS #1": key.public("PEM", "PKCS1"), "DER": key.public("DER"),
        "DER of PKCS #1": key.public("DER", "PKCS1"), "JWK": json.dumps(key.jwk()).encode(),
        "JWK without blanks": json.dumps(key.jwk(), separators=(",", ":")).encode(), "n": key.jwk()["n"].encode(),
        "the empty secret": b"", "a NUL": b"\0",
    }
    for name, secret in secrets.items():
        for alg in ("HS256", "HS384", "HS512"):
            made = token(key="rsa-2048", alg=alg, sign=lambda data: mac(secret, alg, data))
            c.bad(f"{alg} with {name} by default", "ALGORITHM_NOT_ALLOWED", made)
            c.bad(f"{alg} with {name} where it is allowed", "KEY_MISMATCH", made, "every algorithm")
        made = token(header={"kid": DROP}, alg="HS256", sign=lambda data: mac(secret, "HS256", data))
        c.bad(f"HS256 with {name} and without kid", "KEY_UNKNOWN", made, "every algorithm")
    for name in MAIN:
        c.bad(f"HS256 with the empty secret for {name}", "KEY_MISMATCH",
              token(key=name, alg="HS256", sign=lambda data: mac(b"", "HS256", data)), "every algorithm")
    for name in ("p-256", "ed25519"):
        made = token(key=name, alg="HS256", sign=lambda data: mac(KEYS[name].public(), "HS256", data))
        c.bad(f"HS256 with PEM of {name}", "KEY_MISMATCH", made, "every algorithm")
    c.profile("secrets beside public keys", ["issuer.algorithms", " ".join(ALGORITHMS)], keys="mixed")
    c.key_set("mixed", [KEYS["p-256"].jwk(), KEYS["hs256"].jwk()])
    c.bad("a secret in one set with public keys", "KEY_UNKNOWN", token(key="hs256"), "secrets beside public keys")
    c.good("the public key beside it", token(), "secrets beside public keys")
    c.profile("a secret of the other issuer", ["issuer", OTHER], ["issuer.audience", "x"], ["issuer.keys", "@oct"],
              ["issuer.algorithms", "HS256"])
    c.bad("the other issuer's secret", "ALGORITHM_NOT_ALLOWED", token(key="hs256"), "a secret of the other issuer")


def _pairs(c):
    c.group = "algorithm and key"
    for name in MAIN:
        for alg in ALGORITHMS:
            status = "OK" if alg in SERVES[KEYS[name].kind] else "KEY_MISMATCH"
            c.judge(f"{alg} with {name}", status, token(key=name, alg=alg), "every algorithm")

    # Each key once more with its own alg, as most issuers publish them.
    pins = {"rsa-2048": "RS256", "rsa-3072": "PS384", "p-256": "ES256", "p-384": "ES384", "ed25519": "EdDSA", "ed448": "Ed448"}
    c.key_set("pinned", [KEYS[name].jwk(alg=alg, use="sig") for name, alg in pins.items()])
    c.profile("pinned keys", keys="pinned")
    for name, pin in pins.items():
        edwards = name.startswith("ed")
        for alg in sorted(SERVES[KEYS[name].kind]):
            status = "OK" if alg == pin or edwards else "KEY_MISMATCH"
            c.judge(f"{alg} with {name}, which is for {pin}", status, token(key=name, alg=alg), "pinned keys")
    c.bad("RS384 without kid where every key is for another", "KEY_UNKNOWN",
          token(key="rsa-2048", alg="RS384", header={"kid": DROP}), "pinned keys")

    for pin in ("RS256", "PS256", "ES256", "EdDSA"):
        c.profile(f"{pin} only", ["issuer.algorithms", pin])
        for name, alg in (("rsa-2048", "RS256"), ("rsa-2048", "RS384"), ("rsa-2048", "RS512"), ("rsa-2048", "PS256"),
                          ("p-256", "ES256"), ("p-384", "ES384"), ("ed25519", "EdDSA"), ("ed25519", "Ed25519")):
            status = "OK" if alg == pin else "ALGORITHM_NOT_ALLOWED"
            c.judge(f"{alg} where only {pin} is allowed", status, token(key=name, alg=alg), f"{pin} only")


def _find(key, alg, wanted, **more):
    """A token whose signature has a property that one in some hundreds has, and the signature."""
    for i in range(20000):
        made = token({"jti": f"{i}"}, key=key, alg=alg, **more)
        signed, _, _ = made.rpartition(".")
        signature = KEYS[key].sign(alg, signed.encode())
        if wanted(signature):
            return signed, signature
    raise AssertionError


def _ecdsa(c):
    c.group = "ECDSA"
    n = CURVES["P-256"][2]
    key = KEYS["p-256"]
    r, s = key.ecdsa(token().rpartition(".")[0].encode(), "256")

    def signed(r, s):
        return token(sign=lambda _: key.raw(r, s))

    for name, pair in {
        "r and s zero": (0, 0), "r zero": (0, s), "s zero": (r, 0), "r is n": (n, s), "s is n": (r, n), "r and s are n": (n, n),
        "r is n + 1": (n + 1, s), "s is n + 1": (r, n + 1), "r and s one": (1, 1), "r is n - 1": (n - 1, s), "r and s swapped": (s, r),
        "r is 0, s is 1": (0, 1), "all ones": (2**256 - 1, 2**256 - 1),
    }.items():
        c.bad(name, "SIGNATURE_INVALID", signed(*pair))
    c.good("s replaced by n - s, which RFC 7518 does not forbid", signed(r, n - s))
    for name, sign in {
        "in DER": lambda data: encode_dss_signature(*key.ecdsa(data, "256")),
        "with a zero before": lambda data: b"\0" + key.sign("ES256", data),
        "with a zero after": lambda data: key.sign("ES256", data) + b"\0",
        "as 33 and 33 bytes": lambda data: b"\0" + key.sign("ES256", data)[:32] + b"\0" + key.sign("ES256", data)[32:],
        "r alone": lambda data: key.sign("ES256", data)[:32],
        "as wide as one of P-384": lambda data: bytes(16) + key.sign("ES256", data)[:32] + bytes(16) + key.sign("ES256", data)[32:],
        "of one byte": lambda data: b"\x30", "of 8000 bytes": lambda data: bytes(8000),
        "twice": lambda data: key.sign("ES256", data) * 2, "over the payload alone": lambda data: key.sign("ES256", data.split(b".")[1]),
        "over decoded text": lambda data: key.sign("ES256", b"{}.{}"), "with SHA-384": lambda data: key.sign("ES384", data),
        "by the key of the other issuer": lambda data: KEYS["other-p-256"].sign("ES256", data),
        "in upper case hexadecimal": lambda data: key.sign("ES256", data).hex().upper().encode(),
    }.items():
        c.bad(f"signature {name}", "SIGNATURE_INVALID", token(sign=sign))
    for name, kid, alg in (("P-521", "p-521", "ES512"), ("P-384", "p-384", "ES384"), ("secp256k1", "secp256k1", "ES256K")):
        c.bad(f"{name}: r and s zero", "SIGNATURE_INVALID", token(key=kid, alg=alg, sign=lambda _: KEYS[kid].raw(0, 0)))
        c.bad(f"{name}: in DER", "SIGNATURE_INVALID",
              token(key=kid, alg=alg, sign=lambda data: encode_dss_signature(*KEYS[kid].ecdsa(data, alg[2:5]))))
        c.bad(f"{name}: a byte short", "SIGNATURE_INVALID", token(key=kid, alg=alg, sign=lambda data: KEYS[kid].sign(alg, data)[1:]))
    for half, name in ((0, "r"), (32, "s")):
        text, signature = _find("p-256", "ES256", lambda signature: signature[half] == 0)
        c.good(f"{name} begins with a zero", f"{text}.{b64(signature)}")
        c.bad(f"{name} without the zero that it begins with", "SIGNATURE_INVALID",
              f"{text}.{b64(signature[:half] + signature[half + 1:])}")
    text, signature = _find("p-256", "ES256", lambda signature: signature[0] >= 0x80 and signature[32] < 0x80)
    c.good("r with its top bit set, s without", f"{text}.{b64(signature)}")
    # Without kid each key for the algorithm is tried, never one of another curve.
    for name, alg in (("p-384", "ES256"), ("p-521", "ES256"), ("secp256k1", "ES256"), ("p-256", "ES256K"), ("p-256", "ES384")):
        c.bad(f"{alg} by {name} without kid", "SIGNATURE_INVALID", token(key=name, alg=alg, header={"kid": DROP}))


def _rsa(c):
    c.group = "RSA"
    key = KEYS["rsa-2048"]
    numbers = key.private.private_numbers()
    n, d = numbers.public_numbers.n, numbers.d
    prefix = {"SHA-1": "3021300906052b0e03021a05000414", "SHA-256": "3031300d060960864801650304020105000420"}

    def padded(digest_info, size=256, filler=b"\xff", head=b"\0\x01"):
        fill = size - len(head) - 1 - len(digest_info)
        return head + filler * fill + b"\0" + digest_info

    def raise_to_d(block):
        return pow(int.from_bytes(block, "big"), d, n).to_bytes(256, "big")

    def refused(name, sign, alg="RS256"):
        c.bad(f"{alg} {name}", "SIGNATURE_INVALID", token(key="rsa-2048", alg=alg, sign=sign))

    sha256 = lambda data: bytes.fromhex(prefix["SHA-256"]) + hashlib.sha256(data).digest()
    c.good("RS256 made by hand", token(key="rsa-2048", sign=lambda data: raise_to_d(padded(sha256(data)))))
    refused("with SHA-1", lambda data: raise_to_d(padded(bytes.fromhex(prefix["SHA-1"]) + hashlib.sha1(data).digest())))
    refused("with SHA-512", lambda data: key.sign("RS512", data))
    refused("with the hash alone", lambda data: raise_to_d(padded(hashlib.sha256(data).digest())))
    refused("with bytes after the hash", lambda data: raise_to_d(b"\0\x01" + b"\xff" * 8 + b"\0" + sha256(data) + bytes(194)))
    refused("with other padding bytes", lambda data: raise_to_d(padded(sha256(data), filler=b"\x01")))
    refused("with block type 2", lambda data: raise_to_d(padded(sha256(data), head=b"\0\x02")))
    refused("without NULL parameters", lambda data: raise_to_d(padded(
        bytes.fromhex("302f300b0609608648016503040201") + b"\x04\x20" + hashlib.sha256(data).digest())))
    refused("as PSS", lambda data: key.pss(data, "256"))
    refused("as PKCS #1 v1.5", lambda data: key.sign("RS256", data), "PS256")
    refused("plus n", lambda data: (int.from_bytes(key.sign("RS256", data), "big") + n).to_bytes(257, "big"))
    refused("that is one", lambda data: (1).to_bytes(256, "big"))
    refused("that is n - 1", lambda data: (n - 1).to_bytes(256, "big"))
    refused("that is n", lambda data: n.to_bytes(256, "big"))
    refused("by the larger key", lambda data: KEYS["rsa-3072"].sign("RS256", data))
    refused("of the padded text itself", lambda data: padded(sha256(data)))
    text, signature = _find("rsa-2048", "RS256", lambda signature: signature[0] == 0)
    c.good("RS256 begins with a zero", f"{text}.{b64(signature)}")
    c.bad("RS256 without the zero that it begins with", "SIGNATURE_INVALID", f"{text}.{b64(signature[1:])}")

    c.group = "PSS"
    for digits, size in (("256", 32), ("384", 48), ("512", 64)):
        alg = f"PS{digits}"
        c.good(f"{alg} with a salt of {size} bytes", token(key="rsa-2048", alg=alg))
        for salt in (0, 20, size - 1, size + 1, "max"):
            refused(f"with a salt of {salt} bytes", lambda data: key.pss(data, digits, salt), alg)
        mask = "512" if digits == "256" else "256"
        refused(f"with MGF1 of SHA-{mask}", lambda data: key.pss(data, digits, mask_digits=mask), alg)
        refused(f"with SHA-{mask} throughout", lambda data: key.pss(data, mask), alg)
    c.good("PS512 with 3072 bits", token(key="rsa-3072", alg="PS512"))


def _edwards(c):
    c.group = "EdDSA"
    order = {"ed25519": 2**252 + 27742317777372353535851937790883648493,
             "ed448": 2**446 - 13818066809895115352007386748515426880336692474882178609894547503885}
    for name, half in (("ed25519", 32), ("ed448", 57)):
        key = KEYS[name]

        def refused(what, sign):
            c.bad(f"{name} {what}", "SIGNATURE_INVALID", token(key=name, sign=sign))

        def plus_order(data):
            signature = key.private.sign(data)
            s = int.from_bytes(signature[half:], "little") + order[name]
            return signature[:half] + s.to_bytes(half, "little")

        refused("with S plus the order", plus_order)
        refused("with R zero", lambda data: bytes(half) + key.private.sign(data)[half:])
        refused("with S zero", lambda data: key.private.sign(data)[:half] + bytes(half))
        refused("with R the neutral point and S zero", lambda data: b"\x01" + bytes(2 * half - 1))
        refused("halves swapped", lambda data: key.private.sign(data)[half:] + key.private.sign(data)[:half])
        refused("over the hash", lambda data: key.private.sign(hashlib.sha512(data).digest()))
        refused("twice", lambda data: key.private.sign(data) * 2)
        refused("empty", lambda data: "")
    c.bad("Ed448's signature under Ed25519's name", "SIGNATURE_INVALID",
          token(key="ed25519", sign=lambda data: KEYS["ed448"].private.sign(data)))
    c.good("EdDSA without kid, Ed448", token(key="ed448", header={"kid": DROP}))
    c.good("EdDSA without kid, Ed25519", token(key="ed25519", header={"kid": DROP}))


def _shared(c):
    c.group = "shared secrets"
    for name in ("hs256", "hs384", "hs512"):
        alg = name.upper()
        key = KEYS[name]
        c.good(alg, token(key=name), "shared secrets")
        c.good(f"{alg} without kid", token(key=name, header={"kid": DROP}), "shared secrets")
        c.bad(f"{alg} cut to half", "SIGNATURE_INVALID", token(key=name, sign=lambda data: mac(key.secret, alg, data)[: key_half(alg)]), "shared secrets")
        c.bad(f"{alg} empty", "SIGNATURE_INVALID", token(key=name, sign=lambda _: ""), "shared secrets")
        c.bad(f"{alg} with another secret", "SIGNATURE_INVALID", token(key=name, sign=lambda data: mac(b"x" * 64, alg, data)), "shared secrets")
        c.bad(f"{alg} with the text of the secret", "SIGNATURE_INVALID",
              token(key=name, sign=lambda data: mac(b64(key.secret).encode(), alg, data)), "shared secrets")
    c.bad("HS512 with the secret for HS384", "KEY_MISMATCH", token(key="hs384", alg="HS512"), "shared secrets")
    c.bad("HS256 with the secret for HS512", "KEY_MISMATCH", token(key="hs512", alg="HS256"), "shared secrets")
    c.bad("ES256 where only secrets are known", "ALGORITHM_NOT_ALLOWED", token(), "shared secrets")
    c.profile("one shared secret", ["issuer.algorithms", "HS256"], keys="oct")
    c.good("HS256 where it alone is allowed", token(key="hs256"), "one shared secret")
    c.bad("HS384 where HS256 is allowed", "ALGORITHM_NOT_ALLOWED", token(key="hs384"), "one shared secret")


def key_half(alg):
    return int(alg[2:]) // 16
