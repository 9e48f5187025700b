# SPDX-License-Identifier: Apache-2.0
"""The functions that need no validator: what a homeserver or an authorization server reads, writes and decides beside
tokens.

Documents are given as dict, str or bytes, and come back as dict. docs/matrix.md lists the rules.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Union

from . import _core
from ._enums import (
    AppserviceDecision,
    CrossSigning,
    DeviceGrantDecision,
    DevicePoll,
    LoginAction,
    LoginFlow,
    RefreshAction,
    RefreshEvent,
)
from ._errors import Error, StatusInfo
from ._reply import Reply
from ._status import Status

Text = Union[str, bytes]
Document = Union[Mapping[str, Any], str, bytes]


def _written(document: Document | Sequence[Any]) -> Text:
    return document if isinstance(document, (str, bytes)) else json.dumps(document)


def _read(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text)
    return document


# ---------------------------------------------------------------- The library


def version() -> str:
    """The version of the library that is loaded, as "major.minor.patch"."""
    return _core.version()


def version_number() -> int:
    """The same as one comparable number, 0x00MMmmpp."""
    return _core.version_number()


def statuses() -> list[StatusInfo]:
    """The status table: what each status means, and what a client is answered."""
    return [StatusInfo.of(row) for row in _core.statuses()]


def describe(status: Status) -> StatusInfo:
    """The row of one status."""
    return StatusInfo.of(_core.status_describe(status))


def inspect_keys(keys: Document) -> dict[str, Any]:
    """Reads a JWKS, a JWK or PEM as the option `keys` would, and says what each entry is or why it is skipped."""
    return _read(_core.inspect_keys(_written(keys)))


# ---------------------------------------------------------------- Requests


def bearer(authorization: Text | None, query: Text | None = None, *, any_characters: bool = False) -> str:
    """The access token of a request (RFC 6750): of its Authorization header or, unless `query` is None, its query."""
    return _core.bearer_extract(authorization, query, 1 if any_characters else 0)


def reply(error: Error | Status, *, scope: str | None = None) -> Reply:
    """The HTTP response that refuses a request; `Validator.reply` heeds the options compat, server_name and others."""
    return Reply.of(_core.error_response(error.status if isinstance(error, Error) else error, scope))


def appservice_registration(body: Document) -> AppserviceDecision:
    """What comes of an application service's POST /register on a server without the older login API (MSC4190)."""
    return AppserviceDecision(_core.appservice_registration(_written(body)))


def cross_signing_check(stored: Document, upload: Document) -> CrossSigning:
    """Whether POST /keys/device_signing/upload needs user-interactive authentication (MSC3967)."""
    return CrossSigning(_core.cross_signing_check(_written(stored), _written(upload)))


def cross_signing_stage(target: Document, session: Text, *, repeated: bool = False) -> dict[str, Any]:
    """The 401 body that sends an OAuth client's user to approve a reset of cross-signing keys (MSC4312)."""
    return _read(_core.cross_signing_stage(_written(target), session, 1 if repeated else 0))


def cross_signing_retry(body: Document) -> str:
    """The session that the body of an upload goes on with; empty for a first request."""
    return _core.cross_signing_retry(_written(body))


# ---------------------------------------------------------------- Documents


def registration_check(metadata: Document) -> dict[str, Any]:
    """A report on a client's request to be registered (RFC 7591, MSC2966)."""
    return _read(_core.registration_check(_written(metadata)))


def metadata_check(document: Document, issuer: Text | None = None) -> dict[str, Any]:
    """A report on an auth_metadata document (MSC2965, RFC 8414) of `issuer`, None for any."""
    return _read(_core.metadata_check(_written(document), issuer))


def metadata_merge(discovery: Document, overrides: Document | None = None) -> dict[str, Any]:
    """The auth_metadata document of a homeserver, from its issuer's discovery document and members that win."""
    return _read(_core.metadata_merge(_written(discovery), None if overrides is None else _written(overrides)))


def login_flows(flows: LoginFlow, identity_providers: Sequence[Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """The answer to GET /_matrix/client/v3/login (MSC3824)."""
    providers = None if identity_providers is None else _written(identity_providers)
    return _read(_core.login_flows(flows, providers))


def login_action(query: Text) -> LoginAction:
    """What the user of GET /_matrix/client/v3/login/sso/redirect wants (MSC3824)."""
    return LoginAction(_core.login_action(query))


def account_url(target: Document, action: Text | None = None, device_id: Text | None = None) -> str:
    """The link to where an account is managed (MSC4191); `target` is a metadata document, or the URL."""
    return _core.account_url(_written(target), action, device_id)


def authorization_check(query: Text, client: Document, *, prompt_create: bool = False) -> dict[str, Any]:
    """A report on a request to the authorization endpoint (RFC 6749, MSC2964)."""
    return _read(_core.authorization_check(query, _written(client), 1 if prompt_create else 0))


# ---------------------------------------------------------------- Scopes and devices


def scope_inspect(scope: Text, *, login: bool = False) -> dict[str, Any]:
    """What is in a scope; `login` if it is that of a login, which has to name a device (MSC2967)."""
    return _read(_core.scope_inspect(scope, 1 if login else 0))


def scope_normalise(scope: Text, *, both_spellings: bool = False) -> str:
    """The scope in the stable spelling, without repetitions; or in both spellings, for older homeservers."""
    return _core.scope_normalise(scope, 1 if both_spellings else 0)


def scope_narrow(granted: Text, requested: Text | None = None) -> str:
    """The scope of a refreshed token: `requested`, if all of it was granted (RFC 6749 section 6)."""
    return _core.scope_narrow(granted, requested)


def scope_merge(first: Text, second: Text | None) -> str:
    """The tokens of `first` and then those that `second` adds."""
    return _core.scope_merge(first, second)


def device_id_check(device_id: Text) -> dict[str, Any]:
    """What is to be said of a device ID."""
    return _read(_core.device_id_check(device_id))


def device_id_generate() -> str:
    """A new device ID: 16 letters and digits of 80 random bits."""
    return _core.device_id_generate()


# ---------------------------------------------------------------- Grants


def pkce_check(verifier: Text, challenge: Text, method: Text | None = "S256") -> None:
    """Checks a code_verifier against its code_challenge (RFC 7636); raises InputError."""
    _core.pkce_check(verifier, challenge, method)


def pkce_challenge(verifier: Text) -> str:
    """The S256 code_challenge of a code_verifier."""
    return _core.pkce_challenge(verifier)


@dataclass(frozen=True)
class RefreshOutcome:
    """What is to be done; `issued` and `retired` are generations."""

    action: RefreshAction
    issued: int
    retired: tuple[int, ...]


@dataclass(frozen=True)
class RefreshState:
    """What a server keeps of a session for its refresh tokens to rotate (MSC2964)."""

    newest: int = 1
    previous: int = 0
    revoked: bool = False

    def step(self, event: RefreshEvent, generation: int = 0) -> tuple[RefreshState, RefreshOutcome]:
        """The state after `event`, and what is to be done. Store both in one transaction."""
        state, outcome = _core.refresh_step((int(self.revoked), self.newest, self.previous), event, generation)
        action, issued, retired = outcome
        return (
            RefreshState(newest=state[1], previous=state[2], revoked=bool(state[0] & 1)),
            RefreshOutcome(RefreshAction(action), issued, tuple(filter(None, retired))),
        )


@dataclass(frozen=True)
class DeviceGrant:
    """What a server keeps of a device code (MSC4341, RFC 8628). Times are Unix seconds."""

    expires_at: int
    interval: int = 5
    decision: DeviceGrantDecision = DeviceGrantDecision.PENDING
    last_poll: int = -1
    redeemed: bool = False
    expired: bool = False

    def decided(self, decision: DeviceGrantDecision) -> DeviceGrant:
        """The same after the user has decided."""
        return replace(self, decision=decision)

    def poll(self, now: int) -> tuple[DeviceGrant, DevicePoll]:
        """The grant after a client has polled at `now`, and what it is answered. Store it in one transaction."""
        flags = int(self.redeemed) | int(self.expired) << 1
        state, outcome = _core.device_grant_poll(
            (flags, self.decision, self.interval, self.last_poll, self.expires_at), now
        )
        flags, decision, interval, last_poll, expires_at = state
        grant = DeviceGrant(
            expires_at, interval, DeviceGrantDecision(decision), last_poll, bool(flags & 1), bool(flags & 2)
        )
        return grant, DevicePoll(outcome)


def device_grant_error(outcome: DevicePoll) -> str:
    """The OAuth error of a poll, to be answered with HTTP status 400; "" for ISSUE."""
    return _core.device_grant_error(outcome) or ""
