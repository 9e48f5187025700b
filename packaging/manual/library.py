# SPDX-License-Identifier: Apache-2.0
"""mxauth(3): the header and the status table."""
import dataclasses

import markdown
import roff


def page(sections, statuses, release):
    about, basics = sections[0][1][0], sections[0][1][1:]
    body = [
        ".SH NAME",
        r"mxauth \- validates Matrix access tokens",
        ".SH SYNOPSIS",
        roff.code(["#include <mxauth.h>", "", "cc example.c $(pkg-config --cflags --libs mxauth)"]),
        ".SH DESCRIPTION",
        *described([part for part in about.paragraphs if not part.startswith("SPDX")]),
        *(line for item in together(basics) for line in shown(item)),
    ]
    for title, items in sections[1:]:
        body.append(f".SH {roff.text(title.upper())}")
        for item in together(items):
            body += table(statuses) if "MXAUTH_OK = 0" in "".join(item.code) else shown(item)
    body += [".SH SEE ALSO", r"\fBmxauth\fR(1), \fBmxauth.conf\fR(5)"]
    return roff.page("MXAUTH", 3, release, "Library Functions", body)


def together(items):
    """Macros between which nothing is said stand in one block."""
    run = []
    for item in items:
        if run and (item.kind != "macro" or item.comment):
            yield dataclasses.replace(run[0], code=[line for each in run for line in each.code])
            run = []
        if item.kind == "macro":
            run.append(item)
        else:
            yield item
    if run:
        yield dataclasses.replace(run[0], code=[line for each in run for line in each.code])


def described(paragraphs):
    for paragraph in paragraphs:
        if paragraph.startswith("- "):
            yield f".IP \\(bu 2\n{roff.prose(paragraph[2:])}"
        else:
            yield f".PP\n{roff.prose(paragraph)}"


def shown(item):
    if item.kind == "function" or item.kind == "type":
        yield f".SS {roff.text(item.name)}"
    if item.code:
        yield roff.code(item.code)
    yield from described(item.paragraphs)


def table(document):
    for number, name, meaning, remedy, http, errcode, oauth in markdown.rows(document, 7):
        answer = ", ".join(filter(None, [f"HTTP {http}", errcode, oauth]))
        yield roff.listed(f"{roff.bold(markdown.plain(name))} {number}", f"{meaning} {remedy} ({answer})")
