# SPDX-License-Identifier: Apache-2.0
"""Reads the tables of the generated documents."""
import re


def rows(document, columns):
    """The cells of every table of that many columns, without their headings."""
    found = []
    for line in document.splitlines():
        if not line.startswith("|"):
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) != columns:
            raise SystemExit(f"a row of {len(cells)} cells instead of {columns}: {line}")
        found.append([re.sub(r"\\(.)", r"\1", cell).replace("&lt;", "<") for cell in cells])
    rules = [index for index, row in enumerate(found) if set(row[0]) == {"-"}]
    headings = {index - 1 for index in rules} | set(rules)
    return [row for index, row in enumerate(found) if index not in headings]


def plain(cell):
    return cell.strip("`")
