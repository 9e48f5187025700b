# SPDX-License-Identifier: Apache-2.0
"""Waiting in Twisted's reactor; only this module imports Twisted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.interfaces import IReadDescriptor
from zope.interface import implementer  # type: ignore[import-untyped]

from ._errors import error_of, not_waited
from ._status import Status
from ._waiting import Waiter

if TYPE_CHECKING:
    from ._core import Verdict
    from ._validator import Validator

T = TypeVar("T")


@implementer(IReadDescriptor)
class _Descriptor:
    """The reactor's view of a descriptor that somebody else closes."""

    def __init__(self, number: int, readable: Callable[[], None]) -> None:
        self._number = number
        self.doRead = readable

    def fileno(self) -> int:
        return self._number

    def connectionLost(self, reason: Any) -> None:
        """The reactor gives up on it: whoever waits runs into the time limit."""

    def logPrefix(self) -> str:
        return "mxauth"


class _Loop:
    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self.call_soon: Callable[[Callable[[], None]], None] = reactor.callFromThread

    def watch(self, descriptor: int, readable: Callable[[], None]) -> _Descriptor:
        watched = _Descriptor(descriptor, readable)
        self._reactor.addReader(watched)
        return watched

    def unwatch(self, watched: _Descriptor) -> None:
        self._reactor.removeReader(watched)

    def is_closed(self) -> bool:
        return False


def wait(validator: Validator, attempt: Callable[[], T | None], timeout: float, reactor: Any = None) -> Deferred[T]:
    """A Deferred of the first result of `attempt` that is not None; it can be cancelled. In the reactor's thread."""
    if reactor is None:
        from twisted.internet import reactor
    try:
        result = attempt()
    except Exception:
        return fail()
    if result is not None:
        return succeed(result)
    if not timeout > 0:
        return fail(not_waited(timeout))

    def settle(result: Any, error: Exception | None) -> None:
        validator._waiting.discard(reactor, waiter)
        if timer.active():
            timer.cancel()
        if deferred.called:
            return
        if error is not None:
            deferred.errback(error)
        else:
            deferred.callback(result)

    def cancelled(_: Deferred[T]) -> None:
        validator._waiting.discard(reactor, waiter)
        if timer.active():
            timer.cancel()

    deferred: Deferred[T] = Deferred(cancelled)
    waiter = Waiter(attempt, settle)
    timer = reactor.callLater(timeout, lambda: settle(None, error_of(Status.TIMED_OUT)))
    try:
        validator._waiting.add(validator, reactor, _Loop(reactor), waiter)
    except Exception as error:
        settle(None, error)
    return deferred


def validate(
    validator: Validator, token: str | bytes, *, timeout: float = 10.0, reactor: Any = None
) -> Deferred[Verdict]:
    """Validator.validate_twisted, for a reactor other than the installed one as well."""
    return wait(validator, lambda: validator._judge(token), timeout, reactor)
