# SPDX-License-Identifier: Apache-2.0
"""Who waits in event loops for a validator's exchanges.

A validator has one event descriptor, and any number of loops in any threads may wait for it. Whichever loop sees an
event clears it, and tells all others; so none is missed by one that was busy meanwhile.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from . import _core
from ._errors import UsageError, error_of
from ._status import Status


class Loop(Protocol):
    """What is needed of an event loop."""

    def watch(self, descriptor: int, readable: Callable[[], None]) -> Any: ...
    def unwatch(self, watched: Any) -> None: ...
    def call_soon(self, function: Callable[[], None], /) -> object:
        """From any thread; raises RuntimeError if the loop is gone."""

    def is_closed(self) -> bool: ...


class Waiter:
    """An attempt that has not succeeded yet. `settle` is given its result, or the exception that it raised."""

    __slots__ = ("attempt", "settle")

    def __init__(self, attempt: Callable[[], Any], settle: Callable[[Any, Exception | None], None]) -> None:
        self.attempt = attempt
        self.settle = settle

    def retry(self) -> bool:
        """Whether it is over."""
        try:
            result = self.attempt()
        except Exception as error:
            self.settle(None, error)
            return True
        if result is not None:
            self.settle(result, None)
        return result is not None


class _Watch:
    """One loop's waiters. All but `wake` happens in that loop's thread."""

    def __init__(self, validator: _core.Validator, loop: Loop, descriptor: int) -> None:
        self.validator = validator
        self.loop = loop
        self.descriptor = descriptor
        self.watched: Any = None
        self.waiters: dict[Waiter, None] = {}

    def retry(self) -> None:
        for waiter in list(self.waiters):
            if waiter in self.waiters and waiter.retry():
                self.waiters.pop(waiter, None)


class Waiting:
    """A validator's waiters in all loops."""

    def __init__(self) -> None:
        self._watches: dict[Any, _Watch] = {}
        self._lock = threading.Lock()

    def add(self, validator: _core.Validator, key: Any, loop: Loop, waiter: Waiter) -> None:
        """From now on the attempt is repeated in `loop` (known as `key`) whenever something has happened."""
        watch = self._watches.get(key)
        if watch is None:
            watch = self._begin(validator, key, loop)
        watch.waiters[waiter] = None
        if waiter.retry():
            self.discard(key, waiter)

    def discard(self, key: Any, waiter: Waiter) -> None:
        watch = self._watches.get(key)
        if watch is not None:
            watch.waiters.pop(waiter, None)
            if not watch.waiters:
                self._end(key, watch)

    def _begin(self, validator: _core.Validator, key: Any, loop: Loop) -> _Watch:
        number = validator._event_fd()
        if number < 0:
            raise error_of(Status.INTERNAL, "event_fd", "There is no descriptor left to wait with.")
        # A duplicate: the host may watch the descriptor itself, and the validator be closed before the loop.
        watch = _Watch(validator, loop, os.dup(number))
        with self._lock:
            gone = [(key, watch) for key, watch in self._watches.items() if watch.loop.is_closed()]
            self._watches[key] = watch
        for old_key, old in gone:
            self._end(old_key, old)
        watch.watched = loop.watch(watch.descriptor, lambda: self._happened(watch))
        return watch

    def _end(self, key: Any, watch: _Watch) -> None:
        with self._lock:
            if self._watches.get(key) is watch:
                del self._watches[key]
            descriptor, watch.descriptor = watch.descriptor, -1
        if descriptor >= 0:
            if watch.watched is not None:
                watch.loop.unwatch(watch.watched)
            os.close(descriptor)

    def _happened(self, here: _Watch) -> None:
        with suppress(UsageError):  # closed by another thread just now
            here.validator._clear_events()
        self.wake(here)
        here.retry()

    def wake(self, but: _Watch | None = None) -> None:
        """Has all waiters try again."""
        with self._lock:
            watches = [watch for watch in self._watches.values() if watch is not but]
        for watch in watches:
            with suppress(RuntimeError):  # that loop has been closed
                watch.loop.call_soon(watch.retry)

    def forget(self) -> None:
        """In a forked child: the loops are its parent's."""
        self._lock = threading.Lock()
        for watch in self._watches.values():
            os.close(watch.descriptor)
        self._watches = {}
