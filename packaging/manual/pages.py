#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the manual pages from what they describe: pages.py COMMAND FOLDER

mxauth.3, and a page for each function that leads there, from include/mxauth.h and docs/status-codes.md; mxauth.1 from the
help of COMMAND; mxauth.conf.5 from docs/options.md, which `make docs` takes from the library.
"""
import pathlib
import sys

import command
import header
import library
import options

TOP = pathlib.Path(__file__).resolve().parents[2]


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: pages.py COMMAND FOLDER")
    binary, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    source = (TOP / "include/mxauth.h").read_text()
    sections = header.sections(source)
    release = header.version(source)
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.[135]"):
        stale.unlink()
    (folder / "mxauth.3").write_text(library.page(sections, (TOP / "docs/status-codes.md").read_text(), f"libmxauth {release}"))
    (folder / "mxauth.1").write_text(command.page(binary, f"mxauth {release}"))
    (folder / "mxauth.conf.5").write_text(options.page((TOP / "docs/options.md").read_text(), f"mxauth {release}"))
    for _, items in sections:
        for item in items:
            if item.kind == "function":
                (folder / f"{item.name}.3").write_text(".so man3/mxauth.3\n")


if __name__ == "__main__":
    main()
