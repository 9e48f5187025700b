# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import NamedTuple


class Reply(NamedTuple):
    """An HTTP response that refuses a request, ready to send."""

    status: int
    body: bytes
    headers: list[tuple[str, str]]

    @classmethod
    def of(cls, parts: tuple[int, bytes, str]) -> Reply:
        status, body, challenge = parts
        headers = [("Content-Type", "application/json")]
        if challenge:
            headers.append(("WWW-Authenticate", challenge))
        return cls(status, body, headers)
