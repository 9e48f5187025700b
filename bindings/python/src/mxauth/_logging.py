# SPDX-License-Identifier: Apache-2.0
"""The library's log as a logging.Logger's."""

from __future__ import annotations

import logging
from collections.abc import Callable

#: The library's levels: error, warning, info, debug.
_LEVELS = (logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG)

#: Line ends and control characters, in whatever issuers send, would forge lines.
_ESCAPED = {code: f"\\x{code:02x}" for code in [*range(0x20), *range(0x7F, 0xA0)]}
_ESCAPED.update({code: f"\\u{code:04x}" for code in (0x2028, 0x2029)})


def log_to(logger: logging.Logger) -> Callable[[int, str], None]:
    """A function that the library can call, on whatever thread."""

    def log(level: int, message: str) -> None:
        logger.log(_LEVELS[min(level, len(_LEVELS) - 1)], "%s", message.translate(_ESCAPED))

    return log
