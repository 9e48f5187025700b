# SPDX-License-Identifier: Apache-2.0
"""Whether and how long a token is good, and the other members of an answer, changed."""
from draft import BIG, change
from library_side import LATEST, LEEWAY, NOW


@change
def active(draft):
    draft.put("active", "true", "false", "", 1, 0, 1.0, None, [], [True], {}, "True")


@change
def inactive(draft):
    draft.members["active"] = False
    if draft.random.random() < 0.5:
        draft.members = {"active": False}


@change
def active_missing(draft):
    draft.drop("active")
    if draft.random.random() < 0.5:
        draft.put("Active", True)


@change
def expires_in(draft):
    draft.put("expires_in", 0, 0, 300, 3600, 10 ** 9, 10 ** 11)


@change
def expires_in_negative(draft):
    draft.put("expires_in", -1, -300, -10 ** 12, -BIG)


@change
def expires_in_large(draft):
    draft.put("expires_in", LATEST + 1, 10 ** 12, 2 ** 63 - 1)


@change
def expires_in_with_a_fraction(draft):
    draft.put("expires_in", 300.0, 0.5, 299.9, 1e3, 0.0, -0.0, -0.5)


@change
def expires_in_of_another_type(draft):
    draft.put("expires_in", None, "300", "", True, False, [], [300], {}, "0")


@change
def expired_by_exp(draft):
    draft.drop("expires_in")
    draft.put("exp", NOW - LEEWAY - 1, NOW - LEEWAY, NOW - 1000, 0, 1)


@change
def expiring_by_exp(draft):
    """Not yet, or only within the leeway."""
    draft.drop("expires_in")
    draft.put("exp", NOW + 300, NOW - LEEWAY + 1, NOW, NOW + 300.5)


@change
def not_yet_valid(draft):
    draft.put("nbf", NOW + LEEWAY + 1, NOW + 1000, NOW + LEEWAY)


@change
def issued_in_future(draft):
    draft.put("iat", NOW + LEEWAY + 1, NOW + 1000, NOW + LEEWAY)


@change
def impossible_times(draft):
    draft.put(draft.random.choice(["exp", "nbf", "iat"]), -1, 10 ** 12, LATEST + 1, -1.5, -10 ** 9)


@change
def subject(draft):
    draft.put("sub", "", "\u4e2d", "a b", "A" * 255, None, 1, True, [], ["x"], {})


@change
def long_subject(draft):
    draft.put("sub", "A" * 256, "\u00e9" * 128, "A" * 5000)


@change
def nulls(draft):
    names = "scope", "username", "sub", "device_id", "expires_in"
    for name in draft.random.sample(names, draft.random.randint(1, 2)):
        draft.members[name] = None


@change
def of_another_issuer(draft):
    draft.put("iss", "https://elsewhere.test", "", "http://127.0.0.1")


@change
def audience(draft):
    draft.put("aud", "https://elsewhere.test", [], ["a", "b"], "", "https://hs.test")


@change
def token_type(draft):
    draft.put("token_type", "Bearer", "access_token", "", "refresh_token", "REFRESH_TOKEN", "refresh-token")


@change
def long_client(draft):
    draft.put("client_id", "c" * 256, "\u00e9" * 128, "c" * 255)


@change
def members_of_another_type(draft):
    name = draft.random.choice(["iss", "aud", "exp", "nbf", "iat", "token_type", "jti", "sid", "client_id", "azp"])
    draft.put(name, None, True, {}, {"x": 1}, [1], [None])


@change
def more_members(draft):
    names = "name", "act", "cnf", "model_config", "self", "", "__init__", "copy", "scopes", "user_id"
    for name in draft.random.choices(names, k=3):
        draft.put(name, None, 1, "x", [], {"a": [1, {"b": None}]}, True, 1.5e3, "\U0001f511")


@change
def a_name_of_synapse(draft):
    draft.put("retrieved_at_ms", 1, 0, "x", None)
