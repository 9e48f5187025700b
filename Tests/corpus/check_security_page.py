#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails if docs/security.md names a test that is not there, or leaves out a group of the corpus."""
import json
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
page = (root / "docs/security.md").read_text()
groups = {case["group"] for case in json.loads((root / "Tests/corpus/tokens.json").read_text())["cases"]}
suites = {path.stem for path in root.glob("Tests/*/*.swift")}

problems = []
named = set()
for row in re.findall(r"^\|[^|]*\|[^|]*\|([^|]*)\|$", page, re.MULTILINE):
    for name in re.findall(r"`([^`]+)`", row):
        if name in groups:
            named.add(name)
        elif name not in suites and not (root / name).exists():
            problems.append(f"docs/security.md names `{name}`, which is neither a group, a suite nor a file")

problems += [f"docs/security.md leaves out the group `{group}`" for group in sorted(groups - named)]
print("\n".join(problems) if problems else f"docs/security.md: {len(named)} groups named")
sys.exit(bool(problems))
