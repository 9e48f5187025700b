# SPDX-License-Identifier: Apache-2.0
"""The numbers of mxauth.h by name."""

from enum import IntEnum, IntFlag


class Grant(IntFlag):
    """What the scopes of a token allow."""

    CLIENT_API = 1 << 0
    OPENID = 1 << 1
    SYNAPSE_ADMIN = 1 << 2
    MAS_ADMIN = 1 << 3
    GUEST = 1 << 4
    APPSERVICE = 1 << 5
    SERVER_ADMINISTRATION = 1 << 6
    ROOMS_IS_JOINED = 1 << 7

    @classmethod
    def operator(cls, number: int) -> "Grant":
        """The scope of the option scope_rule that was named as the number-th, from 0 to 31."""
        if not 0 <= number < 32:
            raise ValueError("there are 32 scopes of scope_rule, from 0 to 31")
        return cls(1 << (32 + number))


class Kind(IntEnum):
    """How a token was judged: by its signature and claims, by what its issuer has answered, or by the host itself."""

    NONE = 0
    JWT = 1
    INTROSPECTED = 2


class Clock(IntEnum):
    """Which time a clock function is asked for, in nanoseconds."""

    WALL = 0
    MONOTONIC = 1


class Revoke(IntEnum):
    """What is revoked; DEVICE takes the user ID, a space and the device ID."""

    TOKEN = 1
    JTI = 2
    SESSION = 3
    DEVICE = 4
    USER = 5
    SUBJECT = 6
    ISSUER = 7


class TokenHint(IntEnum):
    """Which token of a pair it is that an issuer is asked to revoke."""

    NONE = 0
    ACCESS = 1
    REFRESH = 2


class UIA(IntEnum):
    """Which user-interactive authentication a request needs."""

    NONE = 1
    CROSS_SIGNING = 2
    ELSEWHERE = 3
    LEGACY = 4
    LEGACY_CROSS_SIGNING = 5


class DeviceDecision(IntEnum):
    """What comes of a request that changes devices (MSC4190)."""

    UPDATE = 1
    CREATE = 2
    NOT_FOUND = 3
    DELETE = 4
    DELETE_AFTER_UIA = 5
    ELSEWHERE = 6


class AppserviceDecision(IntEnum):
    """What comes of an application service's POST /register (MSC4190)."""

    REGISTERS = 1
    LOGIN_UNSUPPORTED = 2


class CrossSigning(IntEnum):
    """What comes of an upload of cross-signing keys (MSC3967)."""

    UNCHANGED = 1
    FIRST = 2
    UIA = 3


class LoginFlow(IntFlag):
    """What a homeserver offers older clients (MSC3824)."""

    SSO = 1 << 0
    PASSWORD = 1 << 1
    APPLICATION_SERVICE = 1 << 2
    OAUTH_AWARE_PREFERRED = 1 << 3
    GET_TOKEN = 1 << 4


class LoginAction(IntEnum):
    """What the user of a single sign-on wants (MSC3824)."""

    NONE = 0
    LOGIN = 1
    REGISTER = 2


class RefreshEvent(IntEnum):
    """What happens to a session whose refresh tokens rotate."""

    USE_REFRESH = 1
    USE_ACCESS = 2
    REVOKE = 3


class RefreshAction(IntEnum):
    """What is to be done then."""

    REFUSE = 0
    ALLOW = 1
    ISSUE = 2
    REVOKE_SESSION = 3


class DeviceGrantDecision(IntEnum):
    """What the user has said to a device code."""

    PENDING = 0
    APPROVED = 1
    DENIED = 2


class DevicePoll(IntEnum):
    """What a client is answered that polls with a device code (RFC 8628)."""

    ISSUE = 1
    PENDING = 2
    SLOW_DOWN = 3
    DENIED = 4
    EXPIRED = 5
    REDEEMED = 6
