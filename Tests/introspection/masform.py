# SPDX-License-Identifier: Apache-2.0
"""Tokens of the form that MAS and Synapse give theirs: prefix, random part, check digits."""
import secrets
import string
import zlib

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
ALPHANUMERIC = string.ascii_letters + string.digits


def _base62(number):
    """Least significant digit first."""
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits += DIGITS[digit]
    return digits


def check(text, synapse=False):
    """MAS pads on the left what it has written the wrong way round."""
    digits = _base62(zlib.crc32(text.encode()))
    return (digits[::-1] if synapse else digits).rjust(6, "0")


def random_text(count=30, alphabet=ALPHANUMERIC):
    return "".join(secrets.choice(alphabet) for _ in range(count))


def mas_token(prefix="mat", middle=None):
    start = f"{prefix}_{middle or random_text()}"
    return f"{start}_{check(start)}".encode()


def synapse_token(localpart="YWxpY2U", prefix="syt"):
    start = f"{prefix}_{localpart}_{random_text(20, string.ascii_letters)}"
    return f"{start}_{check(start, synapse=True)}".encode()


def with_wrong_check(token):
    last = chr(token[-1])
    return token[:-1] + DIGITS[(DIGITS.index(last) + 1) % 62].encode()
