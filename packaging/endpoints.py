#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles packaging/endpoints.tsv into Sources/Matrix/EndpointRows.swift.

endpoints.py          writes the Swift file
endpoints.py --check  fails if it is not what would be written

Columns: method; path; also (a further version under which it is the same); auth (none, optional, required,
appservice); guest (yes, no, displayname); demand and draft (what a token needs without and with the option
draft_scopes: grants joined by + for all of them or by | for any; any: any good token; never: not served; -: no
token is looked at); uia (what user-interactive authentication guards: cross_signing, device, devices, profile,
deactivation, password, login, registration; -: nothing); source; note.
"""
import csv
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
TABLE = TOP / "packaging" / "endpoints.tsv"
OUTPUT = TOP / "Sources" / "Matrix" / "EndpointRows.swift"
GUARDED = {"-", "cross_signing", "device", "devices", "profile", "deactivation", "password", "login", "registration"}
GRANTS = {"api", "appservice", "server_administration", "rooms_is_joined"}


def expect(holds, row, what):
    if not holds:
        sys.exit(f"{TABLE.name}: {row['method']} {row['path']}: {what}")


def is_demand(text):
    if text in ("any", "never", "-"):
        return True
    parts = re.split(r"[+|]", text)
    return set(parts) <= GRANTS and not ("+" in text and "|" in text)


def read():
    with TABLE.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for row in rows:
        expect(row["method"] in ("GET", "PUT", "POST", "DELETE"), row, "method")
        expect(re.fullmatch(r"(/(\{[A-Za-z]+\}|[A-Za-z0-9._-]+))+/?", row["path"]), row, "path")
        expect(row["auth"] in ("none", "optional", "required", "appservice"), row, "auth")
        expect(row["guest"] in (("-",) if row["auth"] == "none" else ("yes", "no", "displayname")), row, "guest")
        expect(is_demand(row["demand"]) and is_demand(row["draft"]), row, "demand")
        expect((row["demand"] == "-") == (row["auth"] == "none"), row, "demand of that auth")
        expect(row["also"] in ("-", "r0"), row, "also")
        expect(row["uia"] in GUARDED, row, "uia")
    return rows


def templates(row):
    yield row["path"]
    if row["also"] != "-":
        expect(row["path"].count("/v3/") == 1, row, "the version that also replaces")
        yield row["path"].replace("/v3/", f"/{row['also']}/")


def check_unambiguous(rows):
    """Where a segment may be anything, it is never also one of some words: no request fits two templates."""
    followers, taken = {}, set()
    for row in rows:
        for template in templates(row):
            expect((row["method"], template) not in taken, row, "listed twice")
            taken.add((row["method"], template))
            before = ()
            for segment in template.split("/")[1:]:
                segment = "*" if segment.startswith("{") else segment
                followers.setdefault(before, set()).add(segment)
                before += (segment,)
    for before, segments in followers.items():
        if "*" in segments and segments - {"*", ""}:
            sys.exit(f"/{'/'.join(before)}: both fixed and free: {sorted(segments)}")


def swift(rows):
    lines = [" ".join(row[name] for name in ("method", "auth", "guest", "demand", "draft", "also", "uia", "path")) for row in rows]
    return (
        "// SPDX-License-Identifier: Apache-2.0\n"
        "// Written by packaging/endpoints.py from packaging/endpoints.tsv, which has the sources: change that one.\n\n"
        "enum EndpointRows {\n"
        "    /// Lines of: method, authentication, guests, demand, demand with draft_scopes, a further version, uia, path.\n"
        '    static var text: StaticString { """\n' + "".join(f"        {line}\n" for line in lines) + '        """ }\n'
        "}\n"
    )


def main():
    rows = read()
    check_unambiguous(rows)
    text = swift(rows)
    if "--check" in sys.argv[1:]:
        if OUTPUT.read_text() != text:
            sys.exit(f"{OUTPUT.name} is not what {TABLE.name} says: run packaging/endpoints.py")
    else:
        OUTPUT.write_text(text)
    print(f"endpoints: {len(rows)} rows, {sum(len(list(templates(row))) for row in rows)} templates")


main()
