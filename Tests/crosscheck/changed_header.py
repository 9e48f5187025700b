# SPDX-License-Identifier: Apache-2.0
"""Headers that are changed before the token is signed, and keys that are not the ones they seem."""

import hmac
import json

from tokens import ALGORITHMS, ASYMMETRIC, SYMMETRIC, any_value, encode, mutation, raw_sign


@mutation
def algorithm_renamed(draft):
    """The name changes, the signature stays what it was made with."""
    names = list(ALGORITHMS) + ["none", "None", "NONE", "", "rs256", "RS1", "HS1", "ES256 ", "RSA-OAEP", "RS256\\u0000"]
    texts = [f'"{name}"' for name in names]
    draft.header["alg"] = draft.random.choice(texts + [any_value(draft.random)])
    return draft.sign()


@mutation
def algorithm_changed(draft):
    """The name and the signature change, kid and key stay: some keys serve several algorithms, most do not."""
    random = draft.random
    families = [
        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
        ["EdDSA", "Ed25519"],
        ["EdDSA", "Ed448"],
        list(SYMMETRIC),
    ]
    alg = random.choice(next((family for family in random.sample(families, 4) if draft.alg in family), [draft.alg]))
    draft.header["alg"] = json.dumps(alg)
    return draft.sign(alg=alg)


@mutation
def algorithm_none(draft):
    draft.header["alg"] = json.dumps(draft.random.choice(["none", "None", "nOnE"]))
    return draft.sign().rpartition(b".")[0] + b"." + draft.random.choice([b"", b"AA"])


@mutation
def key_confusion(draft):
    """HMAC with what everybody knows of a key."""
    random = draft.random
    alg = random.choice(list(SYMMETRIC))
    key = draft.keys[random.choice(sorted(set(ASYMMETRIC.values())))] if "rsa" in draft.keys else draft.strangers["rsa"]
    jwk_text = json.dumps(key.as_dict(private=False), separators=(",", ":")).encode()
    secret = random.choice(
        [key.as_pem(private=False), key.as_pem(private=False).strip(), key.as_der(private=False), jwk_text, b""]
    )
    draft.header |= {"alg": json.dumps(alg), "kid": json.dumps(key.kid)}
    signing_input = draft.sign().rpartition(b".")[0]
    return signing_input + b"." + encode(hmac.digest(secret, signing_input, f"sha{alg[2:]}"))


@mutation
def kid(draft):
    random = draft.random
    if random.random() < 0.3:
        del draft.header["kid"]
        key = random.choice([draft.key, draft.key, draft.strangers[draft.key.kid]])
        return draft.sign(key=key)
    name = draft.key.kid
    names = [name.upper(), name + " ", name[:-1], "", "x" * 400, name + "\0", "../" + name, *draft.keys]
    draft.header["kid"] = random.choice(
        [json.dumps(random.choice(names)), f'"\\u{ord(name[0]):04x}{name[1:]}"', any_value(random)]
    )
    return draft.sign()


@mutation
def kid_of_an_edwards_twin(draft):
    """One curve, two names of its algorithm, and keys that prefer one of them."""
    random = draft.random
    if "ed25519" not in draft.keys:
        return draft.sign()
    draft.key = draft.keys[random.choice(["ed25519", "ed25519-new", "ed25519-old", "ed448"])]
    draft.header |= {"alg": json.dumps(random.choice(["EdDSA", "Ed25519", "Ed448"])), "kid": json.dumps(draft.key.kid)}
    return draft.sign(alg="EdDSA")


@mutation
def typ(draft):
    draft.header["typ"] = draft.random.choice([
        '"JWT"', '"AT+JWT"', '"application/at+jwt"', '"APPLICATION/At+Jwt"', '"at+jwt "', '"at+jwt;charset=utf-8"',
        '"at"', '"application/"', '"application/application/at+jwt"', '"x/at+jwt"', '""', '"at\\u002bjwt"',
        '"at+\\u017fwt"', '"at+jwt\\n"', any_value(draft.random),
    ])  # fmt: skip
    if draft.random.random() < 0.1:
        del draft.header["typ"]
    return draft.sign()


@mutation
def critical(draft):
    draft.header |= draft.random.choice([
        {"crit": "[]"}, {"crit": '["alg"]'}, {"crit": '["kid","typ"]'}, {"crit": '["exp"]', "exp": "1"},
        {"crit": '["x"]'}, {"crit": '["b64"]', "b64": "true"}, {"crit": '["b64","b64"]', "b64": "true"},
        {"crit": '["b64"]'}, {"crit": '"b64"'}, {"crit": "[1]"}, {"crit": "null"}, {"crit": "{}"},
        {"crit": '["crit"]'}, {"crit": '["cty"]', "cty": '"x"'}, {"b64": "true"}, {"b64": "false"}, {"b64": "null"},
        {"b64": "1"}, {"b64": '"true"'}, {"crit": '[""]', "": "1"},
    ])  # fmt: skip
    return draft.sign()


@mutation
def unencoded_payload(draft):
    draft.header |= {"b64": "false", "crit": '["b64"]'}
    header, payload = draft.texts()
    if draft.random.random() < 0.5:
        return draft.sign()
    signing_input = encode(header.encode()) + b"." + payload.replace(".", "\\u002e").encode()
    return signing_input + b"." + encode(raw_sign(draft.alg, draft.key, signing_input))


@mutation
def other_parameter(draft):
    random = draft.random
    name = random.choice(["jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "cty", "zip", "enc", "epk", "unknown"])
    draft.header[name] = random.choice(['"https://evil.example/keys"', '"x"', "{}", '["MIIB"]', any_value(random)])
    return draft.sign()


@mutation
def key_brought_along(draft):
    key = draft.strangers[draft.key.kid]
    public = json.dumps(key.as_dict(private=False))
    draft.header |= draft.random.choice([{"jwk": public}, {"jku": '"https://evil.example/jwks"'}, {"x5c": '["MIIB"]'}])
    return draft.sign(key=key)


@mutation
def key_of_a_stranger(draft):
    return draft.sign(key=draft.strangers[draft.key.kid])
