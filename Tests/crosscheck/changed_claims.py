# SPDX-License-Identifier: Apache-2.0
"""Good tokens in many forms, and claims that are changed before the token is signed."""

import json

from tokens import AUDIENCES, LEEWAY, NOW, any_value, mutation


@mutation
def untouched(draft):
    return draft.sign()


@mutation
def good_in_another_form(draft):
    random = draft.random
    draft.claims |= random.choice([
        {"aud": json.dumps(["other", AUDIENCES[1]])}, {"name": '"Zoë \\ud83d\\ude00 😀"'}, {"ünï": '{"a":[1,[2,{}]]}'},
        {"exp": f"{NOW + 99}.0"}, {"exp": "1.80000009e9"}, {"exp": "18000000900E-1"}, {"iat": "-0"}, {"nbf": "0"},
        {"iss": '"https:\\/\\/issuer.ex\\u0061mple/"'}, {"groups": json.dumps(list(range(50)))}, {"x": "1e-400"},
        {"scope": '""'}, {"scp": "7"}, {"x": "-9223372036854775808"}, {"sub": '"é\\u00e9"'}, {"x": "1.7e308"},
    ])  # fmt: skip
    members = list(draft.claims.items())
    random.shuffle(members)
    draft.claims = dict(members)
    space = random.choice(["", " ", "\n", "\t\r\n "])
    return draft.sign(*(space + text.replace('":', f'"{space}:{space}') + space for text in draft.texts()))


@mutation
def time_at_the_edge(draft):
    random = draft.random
    name = random.choice(["exp", "nbf", "iat"])
    edge = NOW - LEEWAY if name == "exp" else NOW + LEEWAY
    time = edge + random.choice([-2, -1, 0, 1, 2])
    fraction = random.choice(["", "", "", ".0", ".25", ".5", ".999", "e0", "." + "9" * 20])
    draft.claims[name] = f"{time}{fraction}"
    return draft.sign()


@mutation
def time_of_odd_form(draft):
    random = draft.random
    draft.claims[random.choice(["exp", "nbf", "iat"])] = random.choice([
        "-1", "-0.5", "-1e-9", "0", "1e400", "1e-400", "NaN", "Infinity", "-Infinity", "9223372036854775807",
        "9223372036854775808", "253402300799", "253402300799.5", "253402300800", f"{NOW}000", "1e18", "1e19",
        "123456789012345678901234567890", '"1800000300"', "1.8e9", "18e8", "01", "+1", "0x1", "1.", ".5", "1_0",
        "18e+08", "18E8", "180000000000e-2", "5e-324", "1e308", "1.8E+9", any_value(random),
    ])  # fmt: skip
    return draft.sign()


@mutation
def claim_of_another_type(draft):
    draft.claims[draft.random.choice(list(draft.claims) + ["azp", "scp"])] = any_value(draft.random)
    return draft.sign()


@mutation
def claim_missing(draft):
    del draft.claims[draft.random.choice(list(draft.claims))]
    return draft.sign()


@mutation
def claim_instead_of_another(draft):
    random = draft.random
    claim, instead = random.choice([("client_id", "azp"), ("scope", "scp")])
    del draft.claims[claim]
    values = ['["openid"]', '["a b"]', '["a",1]', '"openid"', '"client"', '["urn:matrix:client:device:A"]', "[]"]
    draft.claims[instead] = random.choice(values + [any_value(random)])
    return draft.sign()


@mutation
def claim_long(draft):
    random = draft.random
    name = random.choice(["sub", "client_id", "jti", "iss", "aud", "x"])
    draft.claims[name] = json.dumps(random.choice("aé😀") * random.choice([60, 63, 64, 127, 128, 254, 255, 256, 300]))
    return draft.sign()


@mutation
def audience(draft):
    draft.claims["aud"] = draft.random.choice([
        json.dumps(AUDIENCES), '["second"]', '"second"', '"Second"', '"second "', '"sec"', '[["second"]]',
        '["second",1]', '["second",null]', '[null,"second"]', "[]", '[""]', '"https://matrix.example"',
        '"HTTPS://matrix.example/"', '{"second":1}', '["x","y","second"]', '["second","second"]', '"s\\u0065cond"',
        '"second\\u0301"',
    ])  # fmt: skip
    return draft.sign()


@mutation
def issuer(draft):
    draft.claims["iss"] = draft.random.choice([
        '"https://issuer.example"', '"https://issuer.example//"', '"HTTPS://issuer.example/"',
        '"http://issuer.example/"', '"https://issuer.example/\\u200b"', '"https://\\u0131ssuer.example/"',
        '["https://issuer.example/"]', '" https://issuer.example/"', '"https://issuer.example./"',
        '"https://issuer.example/\\n"',
    ])  # fmt: skip
    return draft.sign()


@mutation
def scope(draft):
    api, device = "urn:matrix:client:api:*", "urn:matrix:client:device:"
    draft.claims["scope"] = json.dumps(draft.random.choice([
        "openid  openid", " openid", "openid ", "open\tid", "a\\b", 'a"b', "é", "a\u0000b",
        f"{api} {device}A {device}B", f"{api} {device}A {device}A", f"{api} {device}", f"{device}{'x' * 255}",
        f"{device}{'x' * 256}", api, "x" * 2000, f"{device}A urn:matrix:org.matrix.msc2967.client:device:A",
        f"{device}A urn:matrix:org.matrix.msc2967.client:device:B",
    ]))  # fmt: skip
    return draft.sign()
