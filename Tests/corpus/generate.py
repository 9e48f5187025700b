# SPDX-License-Identifier: Apache-2.0
"""Writes tokens.json, the conformance corpus; with --check, only says whether it is up to date.

Needs `cryptography` 43 or later from PyPI, built on OpenSSL 3.2 or later (its wheels are). Tests/corpus/README.md
describes the file.
"""
import json
import pathlib
import sys

import cases_algorithms
import cases_claims
import cases_header
import cases_json
import cases_keys
import cases_matrix
import cases_shape
import corpus


def main():
    c = corpus.Corpus()
    corpus.declare(c)
    for group in (cases_shape, cases_json, cases_header, cases_algorithms, cases_keys, cases_claims, cases_matrix):
        group.add(c)
    names = [case["name"] for case in c.cases]
    twice = sorted({name for name in names if names.count(name) > 1})
    assert not twice, twice
    assert all(case["profile"] in c.profiles for case in c.cases)

    document = {"now": corpus.NOW, "keys": c.keys, "profiles": c.profiles, "cases": c.cases}
    # One case a line, for diffs.
    text = json.dumps({**document, "cases": []}, indent=1).replace(
        '"cases": []', '"cases": [\n' + ",\n".join("  " + json.dumps(case) for case in c.cases) + "\n ]"
    ) + "\n"
    assert json.loads(text) == document

    path = pathlib.Path(__file__).with_name("tokens.json")
    if "--check" in sys.argv[1:]:
        if path.read_text() != text:
            sys.exit(f"{path} is stale: run {pathlib.Path(__file__).name}")
    else:
        path.write_text(text)
    refused = sum(case["status"] != "MXAUTH_OK" for case in c.cases)
    print(f"{len(c.cases)} cases, {refused} refused")


if __name__ == "__main__":
    main()
