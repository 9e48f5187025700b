# SPDX-License-Identifier: Apache-2.0
"""HTTP, and how JSON is read."""
import json
import math
import re
from dataclasses import replace

from difference import CLASSES, UNAVAILABLE, Difference, is_number, of_members, stricter
from library_side import LATEST

# What an answer may have; Synapse's limit is 1 MiB.
LARGEST = 65_536

stricter(
    "another 2xx than 200", lambda answer: 200 < answer.status < 300 and answer.status != 204,
    lambda answer: replace(answer, status=200), UNAVAILABLE,
    "RFC 7662 section 2.2 knows 200 only; MAS gives no other")

stricter(
    "a redirect that keeps the method", lambda answer: answer.status in (307, 308),
    lambda answer: replace(answer, status=200), UNAVAILABLE,
    "the token and the secret go where the operator said and nowhere else; Synapse follows it")

stricter(
    "no JSON by its `Content-Type`",
    lambda answer: answer.content_type is not None and not answer.content_type.split(";")[0].lower().endswith("json"),
    lambda answer: replace(answer, content_type="application/json"), UNAVAILABLE,
    "RFC 7662 section 2.2 demands `application/json`; a page of a proxy is no answer")

stricter(
    "more than 65,536 bytes", lambda answer: len(answer.body) > LARGEST,
    lambda answer: replace(answer, body=answer.body.strip()), UNAVAILABLE,
    "a good answer is kept in memory; Synapse takes 1 MiB")


def has_duplicates(answer):
    found = []

    def pairs(members):
        found.append(len(members) > len(dict(members)))
        return dict(members)

    json.loads(answer.body, object_pairs_hook=pairs)
    return any(found)


stricter(
    "a member that stands twice", lambda answer: answer.members is not None and has_duplicates(answer),
    lambda answer: answer.with_members(answer.members), UNAVAILABLE,
    "Synapse takes the last; another reader may take the first")


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for element in value:
            yield from strings(element)
    elif isinstance(value, dict):
        for name, element in value.items():
            yield name
            yield from strings(element)


def with_strings(value, function):
    if isinstance(value, str):
        return function(value)
    if isinstance(value, list):
        return [with_strings(element, function) for element in value]
    if isinstance(value, dict):
        return {function(name): with_strings(element, function) for name, element in value.items()}
    return value


def of_characters(pattern, substitute):
    """(applies, cured)"""
    def cured(answer):
        return answer.with_members(with_strings(answer.members, lambda text: re.sub(pattern, substitute, text)))

    return of_members(lambda members: any(re.search(pattern, text) for text in strings(members))), cured


stricter(
    "U+0000 in a string", *of_characters("\0", "z"), UNAVAILABLE,
    "a host in C would see a shorter string than was compared",
    besides=("user", "device"))

_HALF = "[\ud800-\udfff]"
_APPLIES, _CURED = of_characters(_HALF, "z")
# They get as far as the verdict.
_NAMES = "username", "device_id"

CLASSES.append(Difference(
    "half a surrogate pair in `username` or `device_id`",
    of_members(lambda members: any(re.search(_HALF, text) for name in _NAMES for text in strings(members.get(name)))),
    _CURED, "500 `M_UNKNOWN`", UNAVAILABLE, "it is no text (RFC 8259 section 8.2); Synapse fails with an exception"))

stricter(
    "half a surrogate pair elsewhere", _APPLIES, _CURED, UNAVAILABLE, "it is no text (RFC 8259 section 8.2)")


def numbers(value):
    if is_number(value):
        yield value
    elif isinstance(value, (list, dict)):
        for element in value.values() if isinstance(value, dict) else value:
            yield from numbers(element)


def is_beyond_64_bits(number):
    return math.isinf(number) if isinstance(number, float) else not -2 ** 63 <= number < 2 ** 63


def without_numbers_beyond(members):
    """A number in place of each; those that are read are classes of their own."""
    return {
        name: (LATEST + 1 if value > 0 else -1) if is_number(value) and is_beyond_64_bits(value) else value
        for name, value in members.items()}


stricter(
    "an integer beyond 64 bits, or a number beyond all doubles",
    of_members(lambda members: any(is_beyond_64_bits(n) for n in numbers(members))),
    lambda answer: answer.with_members(without_numbers_beyond(answer.members)), UNAVAILABLE,
    "RFC 8259 section 6 leaves the limit to the reader; ours is jansson's")


def depth(value):
    nested = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if nested is None else 1 + max(map(depth, nested), default=0)


def is_complex(members):
    return len(members) > 500 or depth(members) > 32


stricter(
    "more than 32 levels or 512 values", of_members(is_complex),
    lambda answer: answer.with_members({
        name: value for name, value in answer.members.items() if not re.fullmatch(r"deep|m\d+", name)}),
    UNAVAILABLE, "RFC 8259 section 9 leaves limits to the reader; an answer of MAS has one level and about 12 values")
