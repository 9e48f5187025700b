# SPDX-License-Identifier: Apache-2.0
"""Waiting in asyncio's event loops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Optional, TypeVar

from ._core import Validator
from ._errors import error_of, not_waited
from ._status import Status
from ._waiting import Waiter, Waiting

T = TypeVar("T")


class _Loop:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.is_closed = loop.is_closed

    def call_soon(self, function: Callable[[], None], /) -> None:
        self._loop.call_soon_threadsafe(function)

    def watch(self, descriptor: int, readable: Callable[[], None]) -> int:
        self._loop.add_reader(descriptor, readable)
        return descriptor

    def unwatch(self, watched: int) -> None:
        if not self._loop.is_closed():
            self._loop.remove_reader(watched)


async def wait(validator: Validator, waiting: Waiting, attempt: Callable[[], Optional[T]], timeout: float) -> T:
    """The first result of `attempt` that is not None, or what it raises; IssuerError when the time is over."""
    if not timeout > 0:
        raise not_waited(timeout)
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: Any, error: Exception | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)

    waiter = Waiter(attempt, settle)
    waiting.add(validator, loop, _Loop(loop), waiter)
    timer = loop.call_later(timeout, lambda: settle(None, error_of(Status.TIMED_OUT)))
    try:
        return await future
    finally:
        timer.cancel()
        waiting.discard(loop, waiter)
