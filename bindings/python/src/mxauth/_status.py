# SPDX-License-Identifier: Apache-2.0
"""What became of a call or of a token; docs/status-codes.md has the table."""

from enum import IntEnum


class Status(IntEnum):
    """Numbers are stable, in bands: see the exceptions, of which there is one for each band."""

    OK = 0
    PENDING = 1
    IDLE = 2
    MISUSE = 100
    OPTION_UNKNOWN = 101
    OPTION_INVALID = 102
    CONFIG_INCOMPLETE = 103
    BUFFER_TOO_SMALL = 104
    KEY_SET_INVALID = 105
    HOST_CONFLICT = 106
    INTERNAL = 107
    EXCHANGE_UNKNOWN = 108
    TRANSPORT_UNAVAILABLE = 109
    REVOCATIONS_FULL = 110
    INPUT_INVALID = 111
    GRANT_INVALID = 112
    TOKEN_MISSING = 200
    TOKEN_TOO_LARGE = 201
    TOKEN_MALFORMED = 202
    TOKEN_OPAQUE = 203
    TOKEN_ENCRYPTED = 204
    HEADER_MALFORMED = 205
    CLAIMS_MALFORMED = 206
    CRITICAL_UNSUPPORTED = 207
    TYPE_NOT_ACCEPTED = 208
    TOKEN_IMPLAUSIBLE = 209
    JWT_NOT_ACCEPTED = 210
    BEARER_AMBIGUOUS = 211
    BEARER_MALFORMED = 212
    ALGORITHM_NOT_ALLOWED = 300
    KEY_UNKNOWN = 301
    KEY_MISMATCH = 302
    SIGNATURE_INVALID = 303
    ISSUER_UNKNOWN = 400
    AUDIENCE_MISMATCH = 401
    EXPIRED = 402
    NOT_YET_VALID = 403
    ISSUED_IN_FUTURE = 404
    LIFETIME_TOO_LONG = 405
    CLAIM_MISSING = 406
    CLAIM_INVALID = 407
    TIME_OUT_OF_RANGE = 408
    TOKEN_INACTIVE = 409
    REVOKED = 410
    NOT_ACCESS_TOKEN = 411
    NOTICE_INVALID = 412
    NOTICE_REPLAYED = 413
    SCOPE_MALFORMED = 500
    SCOPE_INSUFFICIENT = 501
    USER_MISSING = 502
    USER_INVALID = 503
    DEVICE_AMBIGUOUS = 504
    DEVICE_INVALID = 505
    ENDPOINT_UNKNOWN = 506
    GUEST_FORBIDDEN = 507
    SCOPE_WIDENED = 508
    METHOD_UNKNOWN = 509
    KEYS_UNAVAILABLE = 600
    TIMED_OUT = 601
    ISSUER_UNAVAILABLE = 602
    ISSUER_REFUSES_US = 603
    ISSUER_BUSY = 604
    ANSWER_INVALID = 605

    @classmethod
    def _missing_(cls, value: object) -> "Status | None":
        """A status of a newer library than this package knows of has a number, and no name of its own."""
        if not isinstance(value, int):
            return None
        member = int.__new__(cls, value)
        member._name_ = f"UNKNOWN_{value}"
        member._value_ = value
        return member
