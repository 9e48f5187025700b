# SPDX-License-Identifier: Apache-2.0
"""Types of members, times, and what else is read of an answer before anybody's name."""
import scopes
from answers import SUBJECT
from difference import INVALID, UNAVAILABLE, is_number, laxer, of_members, stricter
from library_side import LATEST, LEEWAY, NOW

READ = ("scope", "username", "sub", "device_id", "expires_in")
UNREAD = ("iss", "aud", "exp", "nbf", "iat", "token_type", "jti", "sid", "client_id", "azp")


def is_of_its_type(name, value):
    if name in ("exp", "nbf", "iat"):
        return is_number(value)
    if name == "aud" and isinstance(value, list):
        return all(isinstance(element, str) for element in value)
    return isinstance(value, str)


def ill_typed(members):
    return [name for name in UNREAD if name in members and not is_of_its_type(name, members[name])]


stricter(
    "`null` for `scope`, `username`, `sub`, `device_id` or `expires_in`",
    of_members(lambda members: any(members.get(name, 0) is None for name in READ)),
    lambda answer: answer.without(*[name for name in READ if answer.members.get(name, 0) is None]), UNAVAILABLE,
    "`null` is no string and no number; MAS leaves such members out")

stricter(
    "another type in a member that Synapse does not read", of_members(ill_typed),
    lambda answer: answer.without(*ill_typed(answer.members)), UNAVAILABLE,
    "`" + "`, `".join(UNREAD) + "` are read here (RFC 7662 section 2.2, RFC 7519 section 4.1)")


def is_refused_by_type(name, value):
    """By Synapse, which is strict."""
    if name == "expires_in":
        return value is not None and (not isinstance(value, int) or isinstance(value, bool))
    return value is not None and not isinstance(value, str)


def of_another_type(members):
    return [name for name in READ if name in members and is_refused_by_type(name, members[name])]


def with_types(answer):
    """With nothing of another type, and nothing else made good."""
    names = of_another_type(answer.members)
    fitting = {"scope": scopes.STABLE + "api:*", "username": "alice", "sub": SUBJECT}
    return answer.without(*names).but(**{name: value for name, value in fitting.items() if name in names})


_LONG = "sub", "client_id", "azp"


def too_long(members):
    return [
        name for name in _LONG
        if isinstance(members.get(name), str) and len(members[name].encode("utf-8", "replace")) > 255]


stricter(
    "`sub` or `client_id` of more than 255 bytes", of_members(too_long),
    lambda answer: answer.without(*too_long(answer.members)), UNAVAILABLE,
    "a verdict has room for 255 bytes (`mxauth_text`); those of MAS have 26")

laxer(
    "refused for something else, and a member of another type besides", of_members(of_another_type), with_types,
    UNAVAILABLE, "both refuse; here what is wrong with the token is looked at before the other members")

laxer(
    "`expires_in` with a fraction or exponent",
    of_members(lambda members: isinstance(members.get("expires_in"), float) and members["expires_in"] >= 0),
    lambda answer: answer.but(expires_in=int(answer.members["expires_in"])), UNAVAILABLE,
    "a JSON number is a number however it is written; the fraction is cut off")

laxer(
    "a member `retrieved_at_ms`", of_members(lambda members: "retrieved_at_ms" in members),
    lambda answer: answer.without("retrieved_at_ms"), UNAVAILABLE,
    "a name that Synapse uses itself; here it is unknown, and ignored (RFC 7662 section 2.2)")


def integer_expires_in(members):
    left = members.get("expires_in")
    return left if is_number(left) else None


stricter(
    "`expires_in` below zero", of_members(lambda members: (integer_expires_in(members) or 0) < 0),
    lambda answer: answer.but(expires_in=0), UNAVAILABLE,
    "no number of seconds that are left: nonsense logs nobody out")

stricter(
    "`expires_in` beyond the year 9999", of_members(lambda members: (integer_expires_in(members) or 0) > LATEST),
    lambda answer: answer.but(expires_in=300), UNAVAILABLE, "not meant in seconds")


def impossible(members):
    return [
        name for name in ("exp", "nbf", "iat")
        if is_number(members.get(name)) and not 0 <= members[name] < LATEST + 1]


stricter(
    "`exp`, `nbf` or `iat` before 1970 or beyond the year 9999", of_members(impossible),
    lambda answer: answer.without(*impossible(answer.members)), UNAVAILABLE, "not meant in seconds")

stricter(
    "`exp` has passed, no `expires_in`",
    of_members(lambda members: "expires_in" not in members and is_number(members.get("exp"))
               and int(members["exp"]) + LEEWAY <= NOW),
    lambda answer: answer.without("exp"), INVALID,
    "RFC 7662 section 2.2; Synapse reads `expires_in` only. MAS sends both")

for _name in "nbf", "iat":
    stricter(
        f"`{_name}` in the future",
        of_members(lambda members, name=_name: is_number(members.get(name)) and int(members[name]) > NOW + LEEWAY),
        lambda answer, name=_name: answer.without(name), INVALID,
        "RFC 7662 section 2.2: a token is not good before it; Synapse does not read it" if _name == "nbf" else
        "an issue in the future would escape revocations; Synapse does not read it")

stricter(
    "`token_type` is `refresh_token`",
    of_members(lambda members: str(members.get("token_type")).lower() == "refresh_token"),
    lambda answer: answer.without("token_type"), INVALID,
    "a refresh token is no access token; Synapse relies on the hint that it sends")

stricter(
    "`iss` of another issuer", of_members(lambda members: isinstance(members.get("iss"), str)),
    lambda answer: answer.without("iss"), UNAVAILABLE,
    "an issuer speaks for its own tokens only; MAS sends no `iss`")
