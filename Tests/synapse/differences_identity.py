# SPDX-License-Identifier: Apache-2.0
"""Scopes, users and devices."""
import re

import scopes
from difference import AS_IF_NOT, CLASSES, FAULT, INVALID, UNAVAILABLE, Difference, laxer, of_members, stricter
from synapse_side import GONE, NOBODY


def scope_of(members):
    scope = members.get("scope")
    return scope if isinstance(scope, str) else ""


def tokens_of(members):
    """As Synapse parts them."""
    return set(scope_of(members).split(" ")) - {""}


stricter(
    "`scope` with other than single spaces between tokens",
    of_members(lambda members: scope_of(members) != "" and "" in scope_of(members).split(" ")),
    lambda answer: answer.but(scope=" ".join(text for text in answer.members["scope"].split(" ") if text)), UNAVAILABLE,
    "RFC 6749 section 3.3; MAS writes single ones")

_FOREIGN = re.compile(r'[^\x20\x21\x23-\x5b\x5d-\x7e]')
# None of them makes a known scope of what was none.
_MARKS = "!#$%&'()+;<=>?@[]^`{|}~"

stricter(
    "`scope` with characters that no scope token has", of_members(lambda members: _FOREIGN.search(scope_of(members))),
    lambda answer: answer.but(
        scope=_FOREIGN.sub(lambda found: _MARKS[ord(found[0]) % len(_MARKS)], answer.members["scope"])),
    UNAVAILABLE, "RFC 6749 section 3.3: printable ASCII without `\"` and `\\`", besides=("device",))

CLASSES.append(Difference(
    "`scp` in place of `scope`", of_members(lambda members: "scp" in members and "scope" not in members),
    lambda answer: answer.without("scp"), AS_IF_NOT,
    "what its scopes mean: 200, 500 `M_FORBIDDEN`, or 503 `M_UNKNOWN` if it is no array of strings",
    "some issuers have it instead; MAS does not"))


def localpart(members):
    """The one that we make of it; None if there is none."""
    name = members.get("username")
    if not isinstance(name, str):
        return None
    name = re.sub(r"\A@(.*):hs\.test\Z", r"\1", name, flags=re.DOTALL)
    return name if re.fullmatch(r"[a-z0-9._=/+-]{1,246}", name) else None


def is_odd_device(identifier):
    return not 1 <= len(identifier.encode("utf-8", "surrogatepass")) <= 255


def scope_devices(members):
    return {
        token[len(prefix):] for token in tokens_of(members) for prefix in
        [scopes.STABLE + "device:", scopes.UNSTABLE + "device:"] if token.startswith(prefix)}


def devices(members):
    return {members["device_id"]} if isinstance(members.get("device_id"), str) else scope_devices(members)


laxer(
    "`username` is the user's whole ID",
    of_members(lambda members: str(members.get("username")).startswith("@") and localpart(members) is not None),
    lambda answer: answer.but(username=localpart(answer.members)), "200: `@@alice:example.org:example.org`",
    "some issuers have it in a claim; it cannot be confused with a localpart")

stricter(
    "`username` that is no localpart",
    of_members(lambda members: isinstance(members.get("username"), str) and localpart(members) is None),
    lambda answer: answer.but(username="alice"), FAULT,
    "`a-z 0-9 . _ = - / +`, and 255 bytes for the whole ID; Synapse looks into its database instead, which may have "
    "users with historical IDs: `issuer.historical_users` lets these in",
    besides=("user",))

stricter(
    "`device_id` of at most 255 characters, but more bytes",
    of_members(lambda members: isinstance(members.get("device_id"), str) and len(members["device_id"]) <= 255
               and is_odd_device(members["device_id"])),
    lambda answer: answer.but(device_id=scopes.DEVICE), FAULT,
    "a verdict has room for 255 bytes (`mxauth_text`)", besides=("device",))

laxer(
    "a user that is not in the database", of_members(lambda members: members.get("username") == NOBODY),
    lambda answer: answer.but(username="alice"), FAULT,
    "the host has the database, and looks the verdict's user up", besides=("user",))

laxer(
    "a device that is not in the database", of_members(lambda members: devices(members) == {GONE}),
    lambda answer: answer.with_members({
        name: value.replace(GONE, scopes.DEVICE) if isinstance(value, str) else value
        for name, value in answer.members.items()}), INVALID,
    "the host has the database, and revokes devices that it deletes (`mxauth_revoke`)", besides=("device",))
