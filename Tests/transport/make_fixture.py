# SPDX-License-Identifier: Apache-2.0
"""Writes threads_fixture.h: two keys, the sets they make, and a token of each that is good until the year 9999."""
import json
from pathlib import Path

from tokens import key_set, new_key, token

ISSUER = "https://issuer.test/"


def main():
    first, second = new_key("first"), new_key("second")
    values = {
        "SET_FIRST": json.dumps(key_set(first)), "SET_SECOND": json.dumps(key_set(second)),
        "SET_BOTH": json.dumps(key_set(first, second)),
        "TOKEN_FIRST": token(first, ISSUER, exp=253402300000, iat=1).decode(),
        "TOKEN_SECOND": token(second, ISSUER, exp=253402300000, iat=1).decode()}
    lines = [
        "/* SPDX-License-Identifier: Apache-2.0", " * Written by make_fixture.py. */", f'#define ISSUER "{ISSUER}"']
    for name, value in values.items():
        lines.append(f"#define {name} {json.dumps(value)}")
    Path(__file__).with_name("threads_fixture.h").write_text("\n".join(lines) + "\n")


main()
