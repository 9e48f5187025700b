#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""literals.py FOLDER: do the modules of an Embedded build agree on the array literals that they share?

Embedded Swift compiles a function anew in every module that inlines it. Its array literals become weak symbols,
numbered within the function, and the linker keeps one of each name. The numbering is not the same everywhere: with two
literals in one function, code of one module then reads the literal of another. Fails on each name with two contents."""
import collections
import pathlib
import struct
import sys


class Object:
    """What is needed of an ELF64 file, little-endian."""

    def __init__(self, path):
        self.data = path.read_bytes()
        offset, = struct.unpack_from("<Q", self.data, 40)
        size, count = struct.unpack_from("<HH", self.data, 58)
        self.sections = [struct.unpack_from("<IIQQQQIIQQ", self.data, offset + size * i) for i in range(count)]
        table = next(section for section in self.sections if section[1] == 2)
        names = self.sections[table[6]][4]
        self.symbols = [
            (self._text(names + symbol[0]), *symbol[1:])
            for symbol in struct.iter_unpack("<IBBHQQ", self.data[table[4]:table[4] + table[5]])]

    def _text(self, at):
        return self.data[at:self.data.index(b"\0", at)]

    def _target(self, symbol, addend):
        """What a reference means: the name of what it names, or else the string there."""
        name, _, _, section, value, _ = symbol
        return name or self._text(self.sections[section][4] + value + addend)

    def literals(self):
        relocations = collections.defaultdict(list)
        for section in self.sections:
            if section[1] == 4:
                part = self.data[section[4]:section[4] + section[5]]
                relocations[section[7]] += struct.iter_unpack("<QQq", part)
        for name, info, _, section, value, size in self.symbols:
            # Weak, and mangled as "outlined read-only object".
            if info >> 4 == 2 and section and b"Tv" in name and name.endswith(b"r"):
                start = self.sections[section][4] + value
                yield name, (self.data[start:start + size], tuple(
                    (at - value, self._target(self.symbols[which >> 32], addend))
                    for at, which, addend in relocations[section] if value <= at < value + size))


def main():
    contents, places = collections.defaultdict(set), collections.defaultdict(list)
    for path in pathlib.Path(sys.argv[1]).rglob("*.swift.o"):
        for name, content in Object(path).literals():
            contents[name].add(content)
            places[name].append(path.name)
    bad = [name for name in contents if len(contents[name]) > 1]
    for name in bad:
        print(f"{name.decode()} differs between {', '.join(sorted(places[name]))}")
    print(f"{len(contents) - len(bad)} passed, {len(bad)} failed")
    return 1 if bad or not contents else 0


sys.exit(main())
