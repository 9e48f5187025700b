# SPDX-License-Identifier: Apache-2.0
"""Header and claims as JSON: duplicates, nesting, syntax, UTF-8."""
from corpus import CLAIMS, Raw, to_json, token

HEADER = '"alg":"ES256","typ":"at+jwt","kid":"p-256"'


def add(c):
    _duplicates(c)
    _nesting(c)
    _syntax(c)
    _text(c)


def _claims(more):
    return to_json(CLAIMS)[:-1] + "," + more + "}"


def _duplicates(c):
    c.group = "duplicate names"
    for name, more in {
        "alg": '"alg":"ES256"', "alg none": '"alg":"none"', "kid": '"kid":"p-256"', "typ": '"typ":"at+jwt"',
        "an unknown one": '"x":1,"x":1', "alg with an escape": r'"\u0061lg":"none"',
        "alg with all escapes": r'"\u0061\u006C\u0067":"none"', "a nested one": '"x":{"y":1,"y":1}',
    }.items():
        c.bad(f"header twice: {name}", "HEADER_MALFORMED", token(header_text="{" + HEADER + "," + more + "}"))
    for name, more in {
        "iss": '"iss":"https://issuer.example/"', "exp": '"exp":9999999999', "sub": '"sub":"mallory"',
        "scope": '"scope":"openid"', "an unknown one": '"x":1,"x":2', "the empty name": '"":1,"":1',
        "sub with an escape": r'"s\u0075b":"mallory"', "a slash with an escape": r'"a/b":1,"a\/b":1',
        "beyond the BMP": '"x\U0001f600":1,"x\\ud83d\\ude00":1', "two letters, one escaped": '"\u00e9":1,"\\u00e9":1',
        "a nested one": '"x":{"y":1,"y":1}', "one in an array": '"x":[{"y":1,"y":2}]',
        "one deep down": '"x":[[[{"a":{"b":[{"y":1,"y":2}]}}]]]', "the same value": '"x":null,"x":null',
        "far apart": '"x":1,' + ",".join(f'"n{i}":{i}' for i in range(200)) + ',"x":1',
    }.items():
        c.bad(f"claims twice: {name}", "CLAIMS_MALFORMED", token(payload=_claims(more)))
    c.good("names that differ in case", token(payload=_claims('"Iss":"x","EXP":1,"Sub":[]')))
    c.good("the same name in two objects", token(payload=_claims('"x":{"y":1},"z":{"y":1,"x":2,"iss":3}')))
    c.good("é composed and decomposed", token(payload=_claims('"\u00e9":1,"e\u0301":1')))
    c.good("names with escapes", token(payload=to_json(CLAIMS).replace('"iss"', r'"\u0069ss"')))


def _nesting(c):
    c.group = "nesting and number"
    for where, status, make in (
        ("claims", "CLAIMS_MALFORMED", lambda more: token(payload=_claims(more))),
        ("header", "HEADER_MALFORMED", lambda more: token(header_text="{" + HEADER + "," + more + "}")),
    ):
        c.good(f"{where} 32 deep in arrays", make('"x":' + "[" * 31 + "]" * 31))
        c.bad(f"{where} 33 deep in arrays", status, make('"x":' + "[" * 32 + "]" * 32))
        c.good(f"{where} 32 deep in objects", make('"x":' + '{"x":' * 30 + "{}" + "}" * 30))
        c.bad(f"{where} 33 deep in objects", status, make('"x":' + '{"x":' * 31 + "{}" + "}" * 31))
        c.bad(f"{where} 2000 deep", status, make('"x":' + "[" * 2000 + "]" * 2000))
        c.bad(f"{where} 2000 deep and not closed", status, make('"x":' + "[" * 2000))
        c.bad(f"{where} with 600 members", status, make(",".join(f'"n{i}":0' for i in range(600))))
    c.good("400 members", token(payload=_claims(",".join(f'"n{i}":0' for i in range(400)))))
    c.good("400 elements", token(payload=_claims('"groups":[' + ",".join(["1"] * 400) + "]")))
    c.good("2000 elements further down", token(payload=_claims('"x":{"groups":[' + ",".join(["1"] * 2000) + "]}")))


def _syntax(c):
    c.group = "syntax"
    good = to_json(CLAIMS)
    inside = "{" + HEADER + "}"
    for name, change in {
        "nothing but space": lambda text: "  ",
        "a comma at the end": lambda text: text[:-1] + ",}",
        "a comma at the start": lambda text: "{," + text[1:],
        "two commas": lambda text: text.replace(",", ",,", 1),
        "a missing comma": lambda text: text.replace(",", " ", 1),
        "a missing colon": lambda text: text.replace(":", " ", 1),
        "not closed": lambda text: text[:-1],
        "closed twice": lambda text: text + "}",
        "text after it": lambda text: text + "x",
        "a second object": lambda text: text + "{}",
        "a NUL after it": lambda text: text + "\0",
        "a byte order mark": lambda text: "\ufeff" + text,
        "a comment": lambda text: text[:-1] + "/* */}",
        "single quotes": lambda text: text.replace('"', "'"),
        "a name without quotes": lambda text: text[:-1] + ",x:1}",
        "an array around it": lambda text: f"[{text}]",
        "a string": lambda text: '"text"',
        "a number": lambda text: "1",
        "null": lambda text: "null",
        "True": lambda text: text[:-1] + ',"x":True}',
        "NaN": lambda text: text[:-1] + ',"x":NaN}',
        "Infinity": lambda text: text[:-1] + ',"x":-Infinity}',
        "a leading zero": lambda text: text[:-1] + ',"x":01}',
        "a leading plus": lambda text: text[:-1] + ',"x":+1}',
        "a leading point": lambda text: text[:-1] + ',"x":.5}',
        "a final point": lambda text: text[:-1] + ',"x":1.}',
        "an empty exponent": lambda text: text[:-1] + ',"x":1e}',
        "a hexadecimal number": lambda text: text[:-1] + ',"x":0x10}',
        "a lone minus": lambda text: text[:-1] + ',"x":-}',
        "an integer of 2^63": lambda text: text[:-1] + ',"x":9223372036854775808}',
        "a number beyond a double": lambda text: text[:-1] + ',"x":1e400}',
        "a vertical tab between": lambda text: text.replace(":", ":\v", 1),
        "a no-break space between": lambda text: text.replace(":", ":\u00a0", 1),
        "an unknown escape": lambda text: text[:-1] + r',"x":"\x41"}',
        "half an escape": lambda text: text[:-1] + r',"x":"\u00"}',
        "an escape of letters": lambda text: text[:-1] + r',"x":"\u00g0"}',
        "a string not closed": lambda text: text[:-1] + ',"x":"}',
        "a line end in a string": lambda text: text[:-1] + ',"x":"\n"}',
        "a tab in a string": lambda text: text[:-1] + ',"x":"\t"}',
    }.items():
        c.bad(f"claims: {name}", "CLAIMS_MALFORMED", token(payload=change(good)))
        c.bad(f"header: {name}", "HEADER_MALFORMED", token(header_text=change(inside)))
    c.bad("claims in UTF-16", "CLAIMS_MALFORMED", token(payload=good.encode("utf-16-le")))
    c.bad("header in UTF-16", "HEADER_MALFORMED", token(header_text=inside.encode("utf-16-le")))
    c.good("space wherever it may be", token(
        payload=" \r\n\t" + good.replace(",", " ,\r\n\t", 3).replace(":", "\t: ", 1) + "\n\n", header_text=f"\n {inside} \t"))
    c.good("every escape", token(payload=_claims(r'"x":"\"\\\/\b\f\n\r\t\u20AC\u00fc\uD83D\uDE00"')))
    # The midpoint between the greatest double and 2^1024 is the first number that no double is near to.
    edge = str(2**1024 - 2**970)
    c.good("the last number that rounds to a double", token(payload=_claims(f'"x":{edge[:-1]}1.0,"y":-1.7976931348623158e308')))
    c.bad("the first that does not", "CLAIMS_MALFORMED", token(payload=_claims(f'"x":{edge}.0')))
    c.good("numbers at their ends", token(payload=_claims(
        '"a":9223372036854775807,"b":-9223372036854775808,"c":1e308,"d":-0,"e":0.1E-999,"f":1E+2')))


def _text(c):
    c.group = "NUL and UTF-8"
    for name, value in {
        "iss": '"https://issuer.example/\\u0000"', "sub": '"01SUBJECT\\u0000x"', "scope": '"openid\\u0000"',
        "username": '"alice\\u0000bob"', "aud": '["https://matrix.example\\u0000"]', "x": '"\\u0000"',
        "client_id": '"\\u0000"',
    }.items():
        c.bad(f"NUL in {name}", "CLAIMS_MALFORMED", token({name: Raw(value)}))
    c.bad("NUL in the name of a claim", "CLAIMS_MALFORMED", token(payload=_claims('"iss\\u0000":1')))
    c.bad("a NUL byte in a claim", "CLAIMS_MALFORMED", token(payload=_claims('"x":"a\0b"')))
    c.bad("a NUL byte before the claims", "CLAIMS_MALFORMED", token(payload="\0" + to_json(CLAIMS)))
    for name, value in {"kid": '"p-256\\u0000"', "alg": '"ES256\\u0000"', "typ": '"at+jwt\\u0000"', "x": '"\\u0000"'}.items():
        c.bad(f"NUL in header {name}", "HEADER_MALFORMED", token(header={name: Raw(value)}))
    for name, raw in {
        "a lone continuation byte": b"\x80", "an overlong slash": b"\xc0\xaf", "an overlong NUL": b"\xc0\x80",
        "three bytes, overlong": b"\xe0\x80\xaf", "four bytes, overlong": b"\xf0\x80\x80\xaf",
        "a high surrogate": b"\xed\xa0\x80", "a low surrogate": b"\xed\xbf\xbf", "a pair of surrogates": b"\xed\xa0\xbd\xed\xb8\x80",
        "beyond U+10FFFF": b"\xf4\x90\x80\x80", "five bytes": b"\xf8\x88\x80\x80\x80", "FF": b"\xff", "Latin-1": b"\xfc",
        "a cut character": b"\xe2\x82",
    }.items():
        c.bad(f"claims: {name}", "CLAIMS_MALFORMED", token(payload=_claims('"x":"').encode()[:-1] + raw + b'"}'))
        c.bad(f"header: {name}", "HEADER_MALFORMED", token(header_text=b"{" + HEADER.encode() + b',"x":"' + raw + b'"}'))
    c.bad("a character cut off by the end", "CLAIMS_MALFORMED", token(payload=b'{"x":"\xe2\x82'))
    for name, text in {
        "a lone high surrogate": r"\ud83d", "a lone low surrogate": r"\ude00", "surrogates swapped": r"\ude00\ud83d",
        "two high surrogates": r"\ud83d\ud83d", "a high surrogate and a letter": r"\ud83dx",
        "a high surrogate and a line end": r"\ud83d\n",
    }.items():
        c.bad(f"claims: {name} as an escape", "CLAIMS_MALFORMED", token(payload=_claims(f'"x":"{text}"')))
    c.good("a subject beyond ASCII", token({"sub": "zo\u00eb \U0001f600"}), subject="zo\u00eb \U0001f600")
    c.good("a subject in escapes", token({"sub": Raw(r'"zo\u00eb \ud83d\ude00"')}), subject="zo\u00eb \U0001f600")
    c.good("DEL and U+10FFFF", token({"sub": Raw('"\x7f\U0010ffff"')}), subject="\x7f\U0010ffff")
