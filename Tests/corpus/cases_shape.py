# SPDX-License-Identifier: Apache-2.0
"""The token as text: dots, base64url, size, and bytes that were changed on the way."""
from corpus import CLAIMS, NOW, Raw, to_json, token
from keys import KEYS, b64


def add(c):
    _dots(c)
    _base64(c)
    _size(c)
    _tampered(c)


def _dots(c):
    c.group = "dots"
    good = token()
    header, payload, signature = good.split(".")
    c.bad("no token", "TOKEN_MISSING", "")
    c.bad("opaque token", "TOKEN_OPAQUE", "mat_BrkVo1yrAXlQ7tdhtxX8nGqUz2vPqN_1abcd")
    c.bad("header alone", "TOKEN_OPAQUE", header)
    c.bad("one dot", "TOKEN_MALFORMED", f"{header}.{payload}")
    c.bad("a dot at the end", "TOKEN_MALFORMED", good + ".")
    c.bad("a dot before", "TOKEN_MALFORMED", "." + good)
    c.bad("a doubled dot", "TOKEN_MALFORMED", f"{header}..{payload}.{signature}")
    c.bad("four parts", "TOKEN_MALFORMED", f"{good}.{signature}")
    c.bad("five parts", "TOKEN_ENCRYPTED", f"{good}.{signature}.{signature}")
    jwe = b64(b'{"alg":"RSA-OAEP","enc":"A256GCM"}')
    c.bad("a JWE", "TOKEN_ENCRYPTED", f"{jwe}.{b64(bytes(32))}.{b64(bytes(12))}.{b64(bytes(64))}.{b64(bytes(16))}")
    c.bad("a JWE with direct encryption", "TOKEN_ENCRYPTED", f"{jwe}..{b64(bytes(12))}.{b64(bytes(64))}.{b64(bytes(16))}")
    c.bad("six parts", "TOKEN_MALFORMED", f"{good}.a.a.a")
    c.bad("seven parts", "TOKEN_MALFORMED", f"{good}.a.a.a.a")
    for count, status in ((1, "TOKEN_MALFORMED"), (2, "HEADER_MALFORMED"), (3, "TOKEN_MALFORMED"),
                          (4, "TOKEN_ENCRYPTED"), (5, "TOKEN_MALFORMED"), (6, "TOKEN_MALFORMED")):
        c.bad(f"nothing but {count} dots", status, "." * count)
    c.bad("16384 dots", "TOKEN_MALFORMED", {"prefix": "", "unit": ".", "count": 16384, "suffix": ""})
    c.bad("empty header part", "HEADER_MALFORMED", f".{payload}.{signature}")
    c.bad("empty payload part", "CLAIMS_MALFORMED", token(payload=""))
    c.bad("empty signature part", "SIGNATURE_INVALID", f"{header}.{payload}.")
    c.bad("other separators", "TOKEN_OPAQUE", good.replace(".", ","))
    c.bad("a full width dot", "TOKEN_MALFORMED", f"{header}.{payload}\uff0e{signature}")
    c.bad("the word Bearer before", "TOKEN_MALFORMED", "Bearer " + good)
    c.bad("the JSON serialization", "TOKEN_OPAQUE",
          f'{{"payload":"{payload}","protected":"{header}","signature":"{signature}"}}')


def _base64(c):
    c.group = "base64"
    parts = ("header", "payload", "signature")

    def lax(name, change):
        """Changes one part; header and payload are signed in their changed spelling."""
        for part in parts:
            def encode(data, part=part):
                is_it = part == ("header" if data.startswith(b'{"alg"') else "payload")
                return change(b64(data)) if is_it else b64(data)

            sign = (lambda data: change(b64(KEYS["p-256"].sign("ES256", data)))) if part == "signature" else None
            c.bad(f"{name} in the {part}", "TOKEN_MALFORMED", token(encode=encode, sign=sign))

    lax("one padding character", lambda text: text + "=")
    lax("two padding characters", lambda text: text + "==")
    lax("padding as of base64", lambda text: text + "=" * max(1, -len(text) % 4))
    lax("a line end", lambda text: text + "\n")
    lax("a line break", lambda text: text[:20] + "\r\n" + text[20:])
    lax("a space before", lambda text: " " + text)
    lax("a tab", lambda text: text[:9] + "\t" + text[9:])
    lax("a plus sign", lambda text: text[:8] + "+" + text[9:])
    lax("a slash", lambda text: text[:8] + "/" + text[9:])
    lax("a percent escape", lambda text: text[:8] + "%2D" + text[9:])
    lax("a tilde", lambda text: text[:8] + "~" + text[9:])
    lax("a letter beyond ASCII", lambda text: text[:8] + "\u00e9" + text[9:])
    lax("a NUL", lambda text: text[:8] + "\0" + text[9:])
    lax("a length of 1 modulo 4", lambda text: text[: len(text) // 4 * 4 - 4] + "A" * 5)

    # The two alphabets differ in these bytes, and the spelling with - and _ is the one that counts.
    odd = to_json({**CLAIMS, "x": "\u00fb\u00ff\u00fe??>>~~\u00ff"})
    c.good("both of the characters that base64 lacks", token(payload=odd, header={"x": "??>>\u00ff\u00fb~"}))
    c.bad("both alphabets mixed", "TOKEN_MALFORMED",
          token(payload=odd, encode=lambda data: b64(data).replace("-", "+").replace("_", "/")))

    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    def spare(text):
        assert len(text) % 4
        return text[:-1] + alphabet[alphabet.index(text[-1]) + 1]

    for size in (1, 2):
        pad = " " * ((size - len(to_json(CLAIMS))) % 3)
        encode = lambda data: spare(b64(data)) if b'"iss"' in data else b64(data)
        c.bad(f"spare bits after {size} bytes of payload", "TOKEN_MALFORMED", token(payload=to_json(CLAIMS) + pad, encode=encode))
        header = '{"alg":"ES256","typ":"at+jwt","kid":"p-256"}'
        pad = " " * ((size - len(header)) % 3)
        encode = lambda data: b64(data) if b'"iss"' in data else spare(b64(data))
        c.bad(f"spare bits after {size} bytes of header", "TOKEN_MALFORMED", token(header_text=header + pad, encode=encode))
    for key in ("p-256", "rsa-2048", "ed25519"):
        sign = lambda data: spare(b64(KEYS[key].sign({"p-256": "ES256", "rsa-2048": "RS256", "ed25519": "EdDSA"}[key], data)))
        c.bad(f"spare bits in a signature of {key}", "TOKEN_MALFORMED", token(key=key, sign=sign))


def sized(size, **more):
    """A good token of exactly `size` bytes."""
    for spaces in range(4):
        header = '{"alg":"ES256","typ":"at+jwt","kid":"p-256"}' + " " * spaces
        for missing in range(4):
            left = size - 2 - 86 - (len(header) * 4 + 2) // 3
            filler = left * 3 // 4 - missing - len(to_json({**CLAIMS, "x": ""}))
            made = token(header_text=header, payload=to_json({**CLAIMS, "x": "x" * filler}), **more)
            if len(made) == size:
                return made
    raise AssertionError(size)


def repeated(made):
    """The same token with its run of the text "xxx" told as a count."""
    unit = b64(b"xxx")
    start = made.index(unit * 9)
    end = start
    while made.startswith(unit, end):
        end += len(unit)
    return {"prefix": made[:start], "unit": unit, "count": (end - start) // len(unit), "suffix": made[end:]}


def _size(c):
    c.group = "size"
    c.profile("small tokens", before=[["max_token_bytes", "512"]])
    c.good("16384 bytes", repeated(sized(16384)))
    c.bad("16385 bytes", "TOKEN_TOO_LARGE", repeated(sized(16385)))
    c.good("512 bytes where 512 are allowed", sized(512), "small tokens")
    c.bad("513 bytes where 512 are allowed", "TOKEN_TOO_LARGE", sized(513), "small tokens")
    c.good("1 MiB where it is allowed", repeated(sized(1048576)), "large tokens")
    c.bad("1 MiB and a byte", "TOKEN_TOO_LARGE", repeated(sized(1048577)), "large tokens")
    c.bad("1 MiB by default", "TOKEN_TOO_LARGE", repeated(sized(1048576)))
    c.bad("a large opaque token", "TOKEN_TOO_LARGE", {"prefix": "", "unit": "a", "count": 20000, "suffix": ""})
    c.bad("a signature of 64 KiB", "SIGNATURE_INVALID",
          {"prefix": token().rsplit(".", 1)[0] + ".", "unit": "AAAA", "count": 21846, "suffix": ""}, "large tokens")


def _tampered(c):
    c.group = "tampered"
    shared = {"hs256": "shared secrets"}
    for key in ("rsa-2048", "p-256", "p-521", "ed25519", "ed448", "hs256"):
        profile = shared.get(key, "default")
        good = token(key=key)
        header, payload, signature = good.split(".")
        c.good(f"{key}: as signed", good, profile)

        def refused(name, made):
            c.bad(f"{key}: {name}", "SIGNATURE_INVALID", made, profile)

        other = token({"username": "admin"}, key=key).split(".")
        refused("another payload", f"{header}.{other[1]}.{signature}")
        refused("another token's signature", f"{header}.{payload}.{other[2]}")
        raw = KEYS[key].sign({"rsa-2048": "RS256", "p-256": "ES256", "p-521": "ES512", "hs256": "HS256"}.get(key, "EdDSA"),
                             f"{header}.{payload}".encode())
        spaced = token(key=key, header={"x": 1}).split(".")[0]
        refused("another header", f"{spaced}.{payload}.{signature}")
        for name, changed in (
            ("first bit of the signature", bytes([raw[0] ^ 0x80]) + raw[1:]),
            ("first byte's last bit", bytes([raw[0] ^ 1]) + raw[1:]),
            ("a byte in the middle", raw[: len(raw) // 2] + bytes([raw[len(raw) // 2] ^ 4]) + raw[len(raw) // 2 + 1 :]),
            ("last bit of the signature", raw[:-1] + bytes([raw[-1] ^ 1])),
            ("a byte cut off", raw[:-1]),
            ("a byte added", raw + b"\0"),
            ("a byte before", b"\0" + raw),
            ("zeros", bytes(len(raw))),
            ("ones", b"\xff" * len(raw)),
        ):
            refused(f"{name}" if "signature" in name else f"{name} of the signature", f"{header}.{payload}.{b64(changed)}")
    later = {"exp": Raw(str(NOW + 299))}
    c.bad("payload of a later token", "SIGNATURE_INVALID",
          ".".join((token().split(".")[0], token(later).split(".")[1], token().split(".")[2])))
