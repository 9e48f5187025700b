# SPDX-License-Identifier: Apache-2.0
"""Reads include/mxauth.h into its sections, each a list of items in their order."""
import dataclasses
import re

SECTION = re.compile(r"/\* -{10,} (.+?) \*/")
CXX = re.compile(r"^#ifdef __cplusplus\n.*?^#endif\n", re.M | re.S)
HOUSEKEEPING = re.compile(r"#\s*(ifndef|define) MXAUTH_H\b|#\s*(include|endif)\b")


@dataclasses.dataclass
class Item:
    kind: str  # comment, macro, type or function
    name: str
    comment: str  # what it says, without its asterisks
    code: list  # lines of C

    @property
    def paragraphs(self):
        return paragraphs(self.comment)


def words(comment):
    lines = [re.sub(r"^\s*\* ?", "", line) for line in comment.removeprefix("/*").removesuffix("*/").lstrip("*").splitlines()]
    return "\n".join(lines).strip()


def paragraphs(comment):
    """Paragraphs and the items of lists, which begin with a hyphen."""
    return [part.strip() for block in comment.split("\n\n") for part in re.split(r"\n(?= ?- )", block) if part.strip()]


def pieces(source):
    """Comments, directives and declarations, one after the other."""
    position = 0
    while True:
        position += len(source[position:]) - len(source[position:].lstrip())
        if position == len(source):
            return
        start = position
        if source.startswith("/*", position):
            position = source.index("*/", position) + 2
        elif source[position] == "#":
            position = re.compile(r"(?<!\\)(\n|\Z)").search(source, position).end()
        else:
            position = end_of_declaration(source, position)
        yield source[start:position].rstrip()


def end_of_declaration(source, position):
    depth = 0
    for token in re.compile(r"/\*.*?\*/|[{};]", re.S).finditer(source, position):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if token[0] == ";" and depth == 0:
            # A comment on the same line belongs to it.
            return re.compile(r"[ \t]*(/\*\*<.*?\*/)?", re.S).match(source, token.end()).end()
    raise SystemExit(f"mxauth.h: no end of the declaration at: {source[position:position + 60]!r}")


def item(piece, comment):
    lines = [line.rstrip() for line in piece.splitlines()]
    if piece.startswith("#"):
        return Item("macro", re.match(r"#define (\w+)", piece)[1], comment, lines)
    bare = re.sub(r"/\*.*?\*/", "", piece, flags=re.S)
    if bare.startswith("enum"):
        return Item("type", "enum", comment, lines)
    if bare.startswith("typedef"):
        name = re.search(r"\(\*(\w+)\)|(\w+)\s*;\s*$", bare)
        return Item("type", name[1] or name[2], comment, lines)
    function = re.search(r"\b(mxauth_\w+)\(", bare)
    if not function:
        raise SystemExit(f"mxauth.h: neither type nor function: {piece!r}")
    return Item("function", function[1], comment, lines)


def sections(source):
    """[(title, items)]: the first is what the header says of itself."""
    found = [("mxauth.h", [])]
    comment = ""
    for piece in pieces(CXX.sub("", source)):
        title = SECTION.fullmatch(piece)
        if title:
            found.append((title[1], []))
        elif piece.startswith("/**"):
            comment = words(piece)
        elif piece.startswith("/*"):
            found[-1][1].append(Item("comment", "", words(piece), []))
        elif not HOUSEKEEPING.match(piece):
            found[-1][1].append(item(piece, comment))
            comment = ""
    return found


def version(source):
    return ".".join(re.search(rf"#define MXAUTH_VERSION_{part} (\d+)", source)[1] for part in ("MAJOR", "MINOR", "PATCH"))
