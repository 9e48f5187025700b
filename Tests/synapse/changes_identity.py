# SPDX-License-Identifier: Apache-2.0
"""Scopes, devices and users of an answer, changed."""
import scopes
from draft import change
from synapse_side import GONE, NOBODY


@change
def nothing(_draft):
    pass


@change
def composed_scope(draft):
    draft.members["scope"] = " ".join(scopes.composed(draft.random))


@change
def spaced_scope(draft):
    draft.members["scope"] = scopes.spaced(draft.random)


@change
def foreign_characters(draft):
    draft.members["scope"] = scopes.with_foreign_characters(draft.random)


@change
def only_devices(draft):
    draft.members["scope"] = scopes.only_devices(draft.random)


@change
def no_scope(draft):
    draft.drop("scope")
    if draft.random.random() < 0.5:
        draft.put("scope", "", "openid", *scopes.NEARLY)


@change
def scope_of_another_type(draft):
    draft.put("scope", None, 1, True, 1.5, [], ["openid"], scopes.ordinary(draft.random), {}, {"openid": True})


@change
def scp(draft):
    """An array, as issuers have it that do not know `scope`."""
    draft.drop("scope")
    draft.put("scp", scopes.ordinary(draft.random), scopes.composed(draft.random), [], "openid", [1])


@change
def device_member(draft):
    draft.members["device_id"] = scopes.device_id(draft.random)
    if draft.random.random() < 0.5:
        composed_scope(draft)


@change
def strange_device_member(draft):
    draft.put(
        "device_id", "", " ", "with space", "tab\there", "\u00fcml\u00e4ut", "\u4e2d" * 85, "\U0001f511" * 63 + "abc",
        "A" * 255, "A" * 256, 'quo"te', "back\\slash", "\x7f", GONE)


@change
def long_device_member_beyond_ascii(draft):
    """Few characters, many bytes."""
    draft.put(
        "device_id", "\u4e2d" * 86, "\u00e9" * 128, "\U0001f511" * 64, "A" * 254 + "\u00e9", "\u4e2d" * 255,
        "\u4e2d" * 256)


@change
def device_member_of_another_type(draft):
    draft.put("device_id", None, 1, 0, True, False, 1.5, [], [scopes.DEVICE], {}, {"id": scopes.DEVICE})


@change
def deleted_device(draft):
    if draft.random.random() < 0.5:
        draft.members["device_id"] = GONE
    else:
        draft.members["scope"] = f"{scopes.STABLE}api:* {scopes.STABLE}device:{GONE}"


@change
def good_username(draft):
    draft.put("username", "bob", "a.b_c=d-e/f+g", "0", "_", "a" * 246, "alice0123456789")


@change
def odd_username(draft):
    draft.put(
        "username", "", "ALICE", "Alice", "\u00e4lice", "\u0430lice", "a b", "alice\n", "al:ice", "@", "a@b", "alice ",
        "a" * 247, "a" * 255, "a" * 300, "\u4e2d" * 80, "alice!", "#alice", "alice~", "alice:hs.test")


@change
def full_user_id(draft):
    draft.put("username", "@alice:hs.test", "@bob:hs.test", "@" + "a" * 246 + ":hs.test")


@change
def user_of_another_server(draft):
    draft.put(
        "username", "@alice:elsewhere.test", "@alice:hs.test:8448", "@alice", "@:hs.test", "@Alice:hs.test", "@hs.test")


@change
def username_missing(draft):
    draft.drop("username")


@change
def username_of_another_type(draft):
    draft.put("username", None, 1, True, 1.5, [], ["alice"], {}, {"name": "alice"})


@change
def unknown_user(draft):
    draft.members["username"] = NOBODY
