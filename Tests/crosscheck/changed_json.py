# SPDX-License-Identifier: Apache-2.0
"""JSON text that is changed byte by byte before the token is signed."""

import json

from tokens import any_value, mutation


@mutation
def json_byte(draft):
    random = draft.random

    def change(text):
        at = random.randrange(len(text) + 1)
        piece = random.choice(
            [
                bytes([random.randrange(256)]),
                random.choice([b'"', b"\\", b",", b":", b"{", b"}", b"[", b"]", b" ", b"0", b"\0"]),
            ]
        )
        kept = random.choice([0, 1, 1, 2])
        return text[:at] + piece + text[at + kept:]  # fmt: skip

    return draft.sign_changed(change)


@mutation
def json_stretch(draft):
    random = draft.random

    def change(text):
        a, b = sorted(random.randrange(len(text) + 1) for _ in range(2))
        choices = [
            text[:a] + text[b:],
            text[:b] + text[a:],
            text[:a],
            text[a:],
            text[:a] + text[a:b].swapcase() + text[b:],
        ]
        return random.choice(choices)

    return draft.sign_changed(change)


@mutation
def member_twice(draft):
    random = draft.random

    def change(text):
        members = json.loads(text)
        name = random.choice(list(members))
        escaped = f"\\u{ord(name[0]):04x}{name[1:]}"
        value = random.choice([json.dumps(members[name]), any_value(random)])
        added = f'"{random.choice([name, name, escaped])}":{value}'.encode()
        nested = b'"x":{' + added + b"," + added + b"}"
        return random.choice(
            [b"{" + added + b"," + text[1:], text[:-1] + b"," + added + b"}", text[:-1] + b"," + nested + b"}"]
        )

    return draft.sign_changed(change)


@mutation
def another_encoding(draft):
    random = draft.random
    codec = random.choice(
        ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp037"]
    )
    return draft.sign_changed(lambda text: text.decode().encode(codec))


@mutation
def ill_formed_utf8(draft):
    random = draft.random
    bad = random.choice([
        b"\x80", b"\xc0\xaf", b"\xc1\xbf", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xed\xa0\xbd\xed\xb8\x80",
        b"\xf0\x80\x80\xaf", b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\xff", b"\xe2\x82", b"\xed\xbf\xbf",
        "é".encode("latin-1"), "é".encode(), b"\xef\xbf\xbf",
    ])  # fmt: skip
    name, value = random.choice([(b"x" + bad, b"y"), (b"x", bad), (b"x", b"y" + bad + b"z")])
    return draft.sign_changed(lambda text: text[:-1] + b',"' + name + b'":"' + value + b'"}')


@mutation
def odd_value(draft):
    """A member nobody reads, whose text decides whether the whole is JSON."""
    random = draft.random
    value = random.choice([
        b'"\\u0000"', b'"\\ud800"', b'"\\udc00\\ud800"', b'"\\ud83d\\ude00"', b'"\\ud800x"', b'"\\ud83d\\ud83d"',
        b'"\\uD800\\u0041"', b'"\\u12"', b'"\\x41"', b'"\\u00e9"', b'"\t"', b'"\x7f"', b'"\xc2\x85"', b'"\\/"',
        b"NaN", b"-Infinity", b"1e999", b"-1e309", b"9223372036854775807", b"9223372036854775808",
        b"-9223372036854775809", b"1.7976931348623157e308", b"1.7976931348623159e308", b"00", b"-", b"-01", b"1e",
        b"1e+", b"tru", b"True", b"nul", b"undefined", b"'x'", b"[1,]", b"[,]", b'{"a":1,}', b"{a:1}", b"/**/1",
        b"1//", b"", b"\xc2\xa01", b"\x0c1", b"\x0b1", b'{"\\u0000":1}', b'{"\\ud800":1}', b"-0", b"-0.0", b"0e0",
        b"1E400", b"1e-999", b'{"":1}', b"[[]]", b'{"a":1,"a":1}',
    ])  # fmt: skip
    return draft.sign_changed(lambda text: text[:-1] + b',"x":' + value + b"}")


@mutation
def not_an_object(draft):
    value = draft.random.choice(
        [b"", b"null", b"[]", b'"x"', b"1", b"{}", b"true", b"{", b"{}{}", b"{} x", b"[{}]", b'["alg"]', b"\0", b" "]
    )
    return draft.sign_changed(lambda text: value)


@mutation
def deep(draft):
    random = draft.random
    depth = random.choice([10, 29, 30, 31, 32, 33, 40, 200])
    before, after = random.choice([(b"[", b"]"), (b'{"a":', b"}")])
    return draft.sign_changed(lambda text: text[:-1] + b',"x":' + before * depth + b"1" + after * depth + b"}")


@mutation
def many(draft):
    random = draft.random
    count = random.choice([100, 400, 490, 600, 900])
    members = b",".join(b'"m%d":0' % i for i in range(count))
    elements = b'"x":[' + b",".join(b"0" for _ in range(count)) + b"]"
    added = random.choice([members, elements])
    return draft.sign_changed(lambda text: text[:-1] + b"," + added + b"}")


@mutation
def long(draft):
    """Around the limit of 16384 bytes for the whole token."""
    draft.claims["x"] = '""'
    room = (16_384 - len(draft.sign())) * 3 // 4
    draft.claims["x"] = json.dumps("x" * (room + draft.random.choice([-9, -3, -2, -1, 0, 1, 2, 3, 9, 4000])))
    return draft.sign()
