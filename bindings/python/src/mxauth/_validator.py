# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import atexit
import copyreg
import json
import logging
import os
import time
import weakref
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from . import _core
from ._configuration import Issuer, settings, shortest_cache_ttl
from ._core import Verdict
from ._documents import bearer
from ._enums import UIA, Clock, DeviceDecision, Grant, Revoke, TokenHint
from ._errors import Error, StatusInfo, error_of, not_waited
from ._logging import log_to
from ._reply import Reply
from ._status import Status
from ._waiting import Waiting

if TYPE_CHECKING:
    from twisted.internet.defer import Deferred
    from typing_extensions import Unpack

    from ._options import Options

T = TypeVar("T")


class Statistics(NamedTuple):
    """What a validator has done since it was made; see mxauth_stats in mxauth.h."""

    key_sets: int
    validations: int
    accepted: int
    pending: int
    exchanges_ok: int
    exchanges_failed: int
    key_sets_replaced: int
    key_sets_unchanged: int
    log_dropped: int
    cache_hits: int
    cache_entries: int
    cache_bytes: int
    introspections: int
    revocations: int


class Exchange(NamedTuple):
    """An HTTP request that a validator without the transport wants done. It holds tokens and secrets: do not log it."""

    id: int
    timeout: float
    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes | None
    max_response: int

    def __repr__(self) -> str:
        return f"<mxauth.Exchange {self.id}: {self.method}>"


def _pickled(verdict: Verdict) -> tuple[Callable[[dict[str, Any]], Verdict], tuple[dict[str, Any]]]:
    fields = "grants user_id device_id subject client_id kind issuer expires_at issued_at unknown_scopes".split()
    return _restored, ({name: getattr(verdict, name) for name in fields},)


def _restored(fields: dict[str, Any]) -> Verdict:
    return Verdict.of(**fields)


copyreg.pickle(Verdict, _pickled)

_living: weakref.WeakSet[Validator] = weakref.WeakSet()


class Validator(_core.Validator):
    """The judge of access tokens: made once, used by any number of threads, event loops and forked children.

    `issuer` is the authorization server, and what docs/options.md calls `issuer.…` goes without that prefix; several
    are given as `issuers`, each an `Issuer` with its own. Options are bool, int, timedelta, str or sequences of str, as
    the table says; None leaves one as it is. One that is unknown, missing or out of range raises ConfigurationError,
    which names it.

    `transport` starts a thread that asks issuers by libcurl. `logger` is told of dealings with issuers. `clock`, for
    tests, is called with a Clock and returns nanoseconds.
    """

    def __init__(
        self,
        *,
        issuer: str | None = None,
        issuers: Sequence[Issuer] = (),
        transport: bool = True,
        logger: logging.Logger | None = None,
        clock: Callable[[Clock], int] | None = None,
        **options: Unpack[Options],
    ) -> None:
        pairs = settings(issuer, issuers, options)
        log = None if logger is None else log_to(logger)
        read_clock = None if clock is None else (lambda which: clock(Clock(which)))
        self._waiting = Waiting()
        super().__init__(pairs, log, read_clock, shortest_cache_ttl(pairs), transport)
        _living.add(self)

    # ------------------------------------------------------------ Judging

    async def validate_async(self, token: str | bytes, *, timeout: float = 10.0) -> Verdict:
        """`validate` for asyncio: the task waits for the issuer, and no thread does. Can be cancelled."""
        verdict = self._judge(token)  # nearly always: without another coroutine
        if verdict is not None:
            return verdict
        return await self._wait_async(lambda: self._judge(token), timeout)

    def validate_twisted(self, token: str | bytes, *, timeout: float = 10.0) -> Deferred[Verdict]:
        """`validate` for Twisted, in the reactor's thread. The Deferred can be cancelled."""
        from . import twisted

        return twisted.validate(self, token, timeout=timeout)

    def explain(self, token: str | bytes) -> dict[str, Any]:
        """What was checked, in order, up to the check that refused the token; see mxauth_explain. Never waits."""
        explanation: dict[str, Any] = json.loads(self._explain(token))
        return explanation

    def claims(self, token: str | bytes, *, timeout: float = 10.0) -> dict[str, Any]:
        """The claims of a good token: what its issuer has signed, or answered about it. Raises as `validate` does."""
        self.validate(token, timeout=timeout)
        claims: dict[str, Any] = json.loads(self._claims(token))
        return claims

    # ------------------------------------------------------------ Requests and answers

    def bearer(
        self, authorization: str | bytes | None, query: str | bytes | None = None, *, any_characters: bool = False
    ) -> str:
        """The access token of a request (RFC 6750): of its Authorization header or, if `query` is given, its query."""
        return bearer(authorization, query, any_characters=any_characters)

    def reply(self, error: Error | Status, *, scope: str | None = None) -> Reply:
        """The HTTP response that refuses a request, without anything that a client is not to know."""
        return Reply.of(self._reply(error.status if isinstance(error, Error) else error, scope))

    def describe(self, status: Status) -> StatusInfo:
        """The row of a status, with the answers that the option compat asks for."""
        return StatusInfo.of(self._describe(status))

    def scope_grants(self, scope: str | bytes) -> Grant:
        """What a scope grants here, for tokens that the host knows by itself."""
        return Grant(self._scope_grants(scope))

    def required_scope(self, method: str | bytes, path: str | bytes) -> str:
        """A scope that is enough for such requests, for `reply` to name; empty if none is needed or helps."""
        return self._required_scope(method, path)

    def takes_token(self, method: str | bytes, path: str | bytes) -> bool:
        """Whether the endpoint looks at a token: where it does not, a bad one is as good as none. Raises as `authorize`
        does for what is no endpoint."""
        return self._takes_token(method, path)

    def transaction_key(self, verdict: Verdict | None, method: str | bytes, path: str | bytes) -> str:
        """What a repetition of a request is known by (MSC3970)."""
        return self._transaction_key(verdict, method, path)

    def interactive_auth(self, verdict: Verdict | None, method: str | bytes, path: str | bytes) -> tuple[UIA, str]:
        """Which user-interactive authentication a request needs, and the action that `account_url` takes instead."""
        need, action = self._interactive_auth(verdict, method, path)
        return UIA(need), action

    def device_management(
        self, verdict: Verdict | None, method: str | bytes, path: str | bytes, *, exists: bool = False
    ) -> DeviceDecision:
        """What comes of a request that changes devices (MSC4190); `exists`: the user has the device of the path."""
        return DeviceDecision(self._device_management(verdict, method, path, exists))

    # ------------------------------------------------------------ Revocation

    def revoke(self, kind: Revoke, value: str | bytes, *, not_before: int = 0) -> None:
        """Refuses from the next call on what `kind` and `value` describe and was issued at `not_before` or earlier."""
        self._revoke(kind, value, not_before)

    def revoke_device(self, user_id: str, device_id: str, *, not_before: int = 0) -> None:
        """All tokens of a user's device."""
        self._revoke(Revoke.DEVICE, f"{user_id} {device_id}", not_before)

    def revoke_signed(self, notice: str | bytes, *, timeout: float = 10.0) -> None:
        """Takes an issuer's notice of a log-out: a back-channel logout token, or a CAEP security event token."""
        self._wait(lambda: self._revoke_signed(notice), timeout)

    async def revoke_signed_async(self, notice: str | bytes, *, timeout: float = 10.0) -> None:
        """The same for asyncio."""
        await self._wait_async(lambda: self._revoke_signed(notice), timeout)

    def revoke_at_issuer(
        self,
        verdict_or_issuer: Verdict | int,
        token: str | bytes,
        *,
        hint: TokenHint = TokenHint.NONE,
        client_id: str | bytes | None = None,
        timeout: float = 10.0,
    ) -> None:
        """Logs out: refuses the token here, and has its issuer revoke it and the other of its pair (RFC 7009)."""
        self._wait(self._revocation(verdict_or_issuer, token, hint, client_id), timeout)

    async def revoke_at_issuer_async(
        self,
        verdict_or_issuer: Verdict | int,
        token: str | bytes,
        *,
        hint: TokenHint = TokenHint.NONE,
        client_id: str | bytes | None = None,
        timeout: float = 10.0,
    ) -> None:
        """The same for asyncio."""
        await self._wait_async(self._revocation(verdict_or_issuer, token, hint, client_id), timeout)

    def _revocation(
        self, verdict: Verdict | int, token: str | bytes, hint: TokenHint, client_id: str | bytes | None
    ) -> Callable[[], bool | None]:
        issuer = verdict if isinstance(verdict, int) else verdict.issuer
        return lambda: self._revoke_at_issuer(issuer, token, hint, client_id)

    # ------------------------------------------------------------ Waiting

    async def _wait_async(self, attempt: Callable[[], T | None], timeout: float) -> T:
        result = attempt()
        if result is not None:
            return result
        from . import _asyncio

        return await _asyncio.wait(self, self._waiting, attempt, timeout)

    def _wait(self, attempt: Callable[[], T | None], timeout: float) -> T:
        """What has no call in the library that waits, and happens rarely."""
        deadline = time.monotonic() + timeout
        while (result := attempt()) is None:
            if not timeout > 0:
                raise not_waited(timeout)
            if time.monotonic() >= deadline:
                raise error_of(Status.TIMED_OUT)
            time.sleep(0.01)
        return result

    # ------------------------------------------------------------ Exchanges, by hosts that carry them themselves

    def event_fd(self) -> int:
        """A descriptor that is readable when an exchange has become due or has been completed; -1 if there is none."""
        return self._event_fd()

    def clear_events(self) -> None:
        """Makes the descriptor unreadable until the next event, which is looked for afterwards."""
        self._clear_events()
        self._waiting.wake()

    def next_deadline(self) -> float | None:
        """Seconds until `next_exchange` should be called again though no token has asked for anything."""
        milliseconds = self._next_deadline()
        return None if milliseconds < 0 else milliseconds / 1000

    def next_exchange(self) -> Exchange | None:
        """Takes the next HTTP request that tokens or timers have made due."""
        taken = self._next_exchange()
        if taken is None:
            return None
        number, timeout, method, url, headers, body, max_response = taken
        pairs = [line.partition(": ")[::2] for line in headers.split("\r\n") if line]
        return Exchange(
            number, timeout / 1000, method, url, [(name, value) for name, value in pairs], body, max_response
        )

    def complete_exchange(
        self, exchange: Exchange, http_status: int, headers: Sequence[tuple[str, str]] = (), body: bytes = b""
    ) -> None:
        """Hands in its response, whatever the status; 0 if there was none."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        self._complete_exchange(exchange.id, http_status, lines, body)

    # ------------------------------------------------------------ Life

    def statistics(self) -> Statistics:
        """What it has done so far."""
        return Statistics(*self._statistics())

    def metrics(self) -> str:
        """The same as text for Prometheus; mxauth.prometheus.Collector is for prometheus_client."""
        return self._metrics()

    def start_transport(self) -> None:
        """Starts the thread that asks issuers, if it does not run; in a forked child, which has none, too."""
        self._start_transport()

    def stop_transport(self) -> None:
        """Ends that thread and waits for it; exchanges under way count as failed."""
        self._stop_transport()

    def close(self) -> None:
        """Ends it all. Calls of other threads that are under way are finished, later ones raise UsageError."""
        self._close()
        self._waiting.wake()

    def __enter__(self) -> Validator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _after_fork() -> None:
    for validator in list(_living):
        validator._forked()
        validator._waiting.forget()


def _at_exit() -> None:
    """No thread of the library's calls a logger or clock when the interpreter is taken down."""
    for validator in list(_living):
        validator.close()


os.register_at_fork(after_in_child=_after_fork)
atexit.register(_at_exit)
