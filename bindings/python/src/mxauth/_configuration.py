# SPDX-License-Identifier: Apache-2.0
"""Keyword arguments as options of the library, by the table that the library has of them."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from . import _core
from ._errors import ConfigurationError
from ._status import Status

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._options import IssuerOptions

_OF_ISSUER = "issuer."


class Option(NamedTuple):
    """A row of the option table."""

    name: str
    type: str
    unit: str
    default: str
    range: str
    meaning: str


def options() -> list[Option]:
    """The option table of the library that is loaded; see docs/options.md."""
    return [Option(*row) for row in _core.options()]


_TABLE = {option.name: option for option in options()}


def _full_name(keyword: str) -> str:
    """audience is issuer.audience, server_name is server_name."""
    for name in (keyword, _OF_ISSUER + keyword):
        if name in _TABLE and "." not in keyword:
            return name
    raise ConfigurationError(Status.OPTION_UNKNOWN, keyword, f"There is no option {keyword!r}; see docs/options.md.")


class Issuer:
    """An authorization server and how its tokens are judged: the options that docs/options.md calls `issuer.…`."""

    __slots__ = ("_options", "name")

    def __init__(self, issuer: str, **options: Unpack[IssuerOptions]) -> None:
        self.name = issuer
        self._options: dict[str, object] = {}
        for keyword, value in options.items():
            name = _full_name(keyword)
            if not name.startswith(_OF_ISSUER):
                raise ConfigurationError(Status.OPTION_UNKNOWN, name, f"{name} is no option of one issuer.")
            if value is not None:
                self._options[name] = value

    def __repr__(self) -> str:
        return f"mxauth.Issuer({self.name!r})"  # no options: there are secrets among them

    def _pairs(self) -> Iterator[tuple[str, str]]:
        yield from _settings("issuer", self.name)
        for name, value in self._options.items():
            yield from _settings(name, value)


def settings(issuer: str | None, issuers: Sequence[Issuer], options: Mapping[str, object]) -> list[tuple[str, str]]:
    """All options in the order in which the library wants them: an issuer's own after it."""
    named = {_full_name(keyword): value for keyword, value in options.items()}
    named = {name: value for name, value in named.items() if value is not None}
    own = {name: value for name, value in named.items() if name.startswith(_OF_ISSUER)}
    if issuers and (issuer is not None or own):
        subject = "issuer" if issuer is not None else next(iter(own))
        raise _invalid(subject, "With issuers, each Issuer has its own options.")
    result = [pair for name, value in named.items() if name not in own for pair in _settings(name, value)]
    if issuer is not None:
        result += _settings("issuer", issuer)
    for name, value in own.items():
        result += _settings(name, value)
    for each in issuers:
        if not isinstance(each, Issuer):
            raise _invalid("issuer", f"{type(each).__name__} is no Issuer.")
        result += each._pairs()
    return result


def shortest_cache_ttl(settings: Sequence[tuple[str, str]]) -> int:
    """For how many seconds a verdict is cached at least, unless something happens."""
    name = "issuer.cache_ttl"
    return min(
        [int(value) for option, value in settings if option == name and value.isdecimal()]
        or [int(_TABLE[name].default)]
    )


def _settings(name: str, value: object) -> Iterator[tuple[str, str]]:
    """One pair, or one for each rule of scope_rule."""
    if name == "scope_rule" and not isinstance(value, str) and isinstance(value, Sequence):
        for rule in value:
            yield name, _text(name, rule)
    else:
        yield name, _text(name, value)


def _text(name: str, value: object) -> str:
    text = _as_text(name, value)
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise _invalid(name, f"{name} holds a NUL, or a character that is none.")
    return text


def _as_text(name: str, value: object) -> str:
    kind = _TABLE[name].type
    if isinstance(value, str):
        return value
    if kind == "boolean" and isinstance(value, bool):
        return "true" if value else "false"
    if kind in ("integer", "duration") and isinstance(value, int) and not isinstance(value, bool):
        return str(int(value))
    if kind == "duration" and isinstance(value, timedelta):
        if value % timedelta(seconds=1):
            raise _invalid(name, f"{name} takes whole seconds, not {value}.")
        return str(value // timedelta(seconds=1))
    if kind == "list" and isinstance(value, Collection) and not isinstance(value, (bytes, bytearray, Mapping)):
        return _as_list(name, value)
    if name == _OF_ISSUER + "keys" and isinstance(value, Mapping):
        return json.dumps(value)
    if name.endswith(("_file", "_dir")) and isinstance(value, os.PathLike):
        return os.fsdecode(value)
    raise _invalid(name, f"{name} ({kind}) cannot be made of {type(value).__name__}.")


def _as_list(name: str, items: Collection[object]) -> str:
    words = [item for item in items if isinstance(item, str) and item.split() == [item]]
    if len(words) != len(items):
        raise _invalid(name, f"{name} takes str without spaces in them.")
    return " ".join(words if isinstance(items, Sequence) else sorted(words))


def _invalid(name: str, message: str) -> ConfigurationError:
    return ConfigurationError(Status.OPTION_INVALID, name, message)
