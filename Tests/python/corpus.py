# SPDX-License-Identifier: Apache-2.0
"""Tests/corpus/tokens.json through the package imported here; `python corpus.py` says how many verdicts are wrong."""

import json
import sys
from pathlib import Path

import mxauth

CORPUS = Path(__file__).parents[1] / "corpus/tokens.json"
FIELDS = ("user_id", "device_id", "subject", "client_id", "grants", "expires_at", "issued_at", "issuer")


def validator(corpus, profile):
    """One of the profile's options, by keywords."""
    issuers, options, current = [], {}, None
    for name, value in corpus["profiles"][profile]:
        if value.startswith("@"):
            keys = corpus["keys"][value[1:]]
            value = keys if isinstance(keys, str) else json.dumps(keys)
        if name == "issuer":
            current = {}
            issuers.append((value, current))
        elif name.startswith("issuer."):
            current[name[len("issuer.") :]] = value
        else:
            options[name] = value
    return mxauth.Validator(
        issuers=[mxauth.Issuer(name, **of_issuer) for name, of_issuer in issuers],
        transport=False,
        clock=lambda _: corpus["now"] * 10**9,
        **options,
    )


def token(case):
    if "token" in case:
        return case["token"]
    parts = case["token_repeat"]
    return parts["prefix"] + parts["unit"] * parts["count"] + parts["suffix"]


def judged(validator, text):
    """Status and verdict, or the exception."""
    try:
        return "MXAUTH_OK", validator.validate(text)
    except mxauth.Error as error:
        return error.name, error


def differences(case, validator, text):
    status, outcome = judged(validator, text)
    if status != case["status"]:
        yield f"{case['name']}: {status} instead of {case['status']}"
    elif status == "MXAUTH_OK":
        for field in FIELDS:
            if getattr(outcome, field) != case[field]:
                yield f"{case['name']}: {field} is {getattr(outcome, field)!r} instead of {case[field]!r}"
        if outcome.unknown_scopes != bool(case["flags"] & 1):
            yield f"{case['name']}: unknown_scopes is {outcome.unknown_scopes}"


def run():
    """Of each token as str and as bytes: how many were judged, how many of them good, and what was wrong."""
    corpus = json.loads(CORPUS.read_text(encoding="utf-8"))
    validators = {profile: validator(corpus, profile) for profile in corpus["profiles"]}
    judged = good = 0
    wrong = []
    for case in corpus["cases"]:
        text = token(case)
        for form in (text, text.encode()):
            wrong += differences(case, validators[case["profile"]], form)
        judged += 1
        good += case["status"] == "MXAUTH_OK"
    for each in validators.values():
        each.close()
    return judged, good, wrong


if __name__ == "__main__":
    judged, good, wrong = run()
    print(*wrong, f"{judged} judged, {good} good, {len(wrong)} wrong", sep="\n")
    sys.exit(bool(wrong) or judged != 1529 or good != 295)
