# SPDX-License-Identifier: Apache-2.0
"""Statuses as exceptions: a class for each band."""

from __future__ import annotations

from typing import NamedTuple

from . import _core
from ._status import Status


class StatusInfo(NamedTuple):
    """A row of the status table."""

    status: Status
    name: str
    sentence: str
    remedy: str
    http_status: int
    soft_logout: bool
    errcode: str
    oauth_error: str

    @classmethod
    def of(cls, row: _core.StatusRow) -> StatusInfo:
        return cls(Status(row[0]), *row[1:])


class Error(Exception):
    """Why a call or a token was refused. Everything in it is for the host's log; clients are told by `reply`.

    `subject` is the option, header parameter or claim at fault, `message` says what was wrong. `http_status`, `errcode`
    and `soft_logout` are what a client is to be answered with.
    """

    status: Status
    subject: str
    message: str
    http_status: int
    errcode: str
    soft_logout: bool

    def __init__(
        self,
        status: Status,
        subject: str = "",
        message: str = "",
        http_status: int | None = None,
        errcode: str | None = None,
        soft_logout: bool | None = None,
    ) -> None:
        row = _core.status_describe(status)
        self.status = Status(status)
        self.subject = subject
        self.message = message or row[2]
        self.http_status = row[4] if http_status is None else http_status
        self.soft_logout = row[5] if soft_logout is None else bool(soft_logout)
        self.errcode = row[6] if errcode is None else errcode
        super().__init__(self.status, subject, self.message, self.http_status, self.errcode, self.soft_logout)

    @property
    def name(self) -> str:
        """The status by its name in C: "MXAUTH_EXPIRED"."""
        return _core.status_name(self.status)

    def __str__(self) -> str:
        return f"{self.name} ({self.subject}): {self.message}" if self.subject else f"{self.name}: {self.message}"


class Pending(Error):
    """Not decided yet: the issuer has to be asked first, and the caller did not want to wait (status 1)."""


class UsageError(Error):
    """The caller's mistake (statuses from 100 on)."""


class ConfigurationError(UsageError):
    """An option that is unknown, missing or has a value that it does not take; `subject` is its name."""


class InputError(UsageError):
    """A document, URL, parameter, code or refresh token of a client that cannot be used: answer 400."""


class TokenError(Error):
    """The token is refused, or does not do for the request."""


class MalformedError(TokenError):
    """There is no token, or none that could be one (statuses from 200 on)."""


class SignatureError(TokenError):
    """Its algorithm, key or signature is not good (statuses from 300 on)."""


class ClaimsError(TokenError):
    """It has expired, is for somebody else, has been revoked and the like (statuses from 400 on)."""


class AccessError(TokenError):
    """Its scopes or its user do not allow it (statuses from 500 on)."""


class IssuerError(Error):
    """The issuer cannot be asked at the moment: answer 503, never 401 (statuses from 600 on)."""


_OF_STATUS: dict[int, type[Error]] = {
    Status.PENDING: Pending,
    Status.OPTION_UNKNOWN: ConfigurationError,
    Status.OPTION_INVALID: ConfigurationError,
    Status.CONFIG_INCOMPLETE: ConfigurationError,
    Status.KEY_SET_INVALID: ConfigurationError,
    Status.INPUT_INVALID: InputError,
    Status.GRANT_INVALID: InputError,
}
_OF_BAND: dict[int, type[Error]] = {
    1: UsageError,
    2: MalformedError,
    3: SignatureError,
    4: ClaimsError,
    5: AccessError,
    6: IssuerError,
}


def error_class(status: int) -> type[Error]:
    """The class of exceptions that a status is raised as."""
    return _OF_STATUS.get(status) or _OF_BAND.get(status // 100, Error)


def error_of(
    status: int,
    subject: str = "",
    message: str = "",
    http_status: int | None = None,
    errcode: str | None = None,
    soft_logout: bool | None = None,
) -> Error:
    """The exception of a status; what is not given is the table's."""
    known = Status(status)
    return error_class(known)(known, subject, message, http_status, errcode, soft_logout)


def not_waited(timeout: float) -> Exception:
    """For a time limit that leaves no time to wait in."""
    return error_of(Status.PENDING) if timeout == 0 else ValueError("timeout must be 0 or more seconds")
