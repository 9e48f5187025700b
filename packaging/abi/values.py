#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what of a header gets compiled into programs: values of constants, members and sizes of structs.

values.py BASELINE HEADER

Refuses any change of a value or member that the baseline has. Accepted are new constants and structs, and members
appended to a struct that begins with struct_size.
"""
import os
import re
import subprocess
import sys
import tempfile

CC = os.environ.get("CC", "cc")
# Both change with every addition, and programs do not keep them: struct_size says what an initialiser was for.
CHANGING = re.compile(r"_INIT\b|MXAUTH_VERSION_|MXAUTH_H\b")


def preprocessed(header, *flags):
    return subprocess.run([CC, "-E", *flags, header], check=True, capture_output=True, text=True).stdout


def names(header):
    """Constants, macros with parameters (name: text), and structs (name: {member: type})."""
    constants, macros = [], {}
    for line in preprocessed(header, "-dM").splitlines():
        name, text = re.fullmatch(r"#define (\w+(?:\([^)]*\))?)\s*(.*)", line).groups()
        if not name.startswith("MXAUTH_") or CHANGING.search(name):
            continue
        if "(" in name:
            macros[name] = text
        else:
            constants.append(name)
    source = preprocessed(header, "-P")
    for body in re.findall(r"enum\s*\w*\s*{(.*?)}", source, re.S):
        constants += re.findall(r"\bMXAUTH_\w+", re.sub(r"=[^,]*", "", body))
    structs = {name: {member: " ".join(kind.split()) for kind, member in re.findall(r"([^;]*?)(\w+)(?:\[[^]]*\])?;", body)}
               for body, name in re.findall(r"struct\s+\w+\s*{(.*?)}\s*(\w+)\s*;", source, re.S)}
    return constants, macros, structs


def facts(header):
    constants, macros, structs = names(header)
    lines = ["#include <stddef.h>", "#include <stdio.h>", f'#include "{os.path.abspath(header)}"', "int main(void) {"]
    lines += [f'printf("{name}\\t%lld\\n", (long long)({name}));' for name in constants]
    for struct, members in structs.items():
        lines.append(f'printf("{struct}\\t%zu\\n", sizeof({struct}));')
        lines += [f'printf("{struct}.{member}\\t%zu %zu {kind}\\n", offsetof({struct}, {member}), '
                  f'sizeof((({struct} *)0)->{member}));' for member, kind in members.items()]
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "facts")
        subprocess.run([CC, "-x", "c", "-std=gnu11", "-", "-o", program], input="\n".join(lines) + "}\n", check=True, text=True)
        printed = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    values = dict(line.split("\t") for line in printed.splitlines())
    return values | macros, structs


def changes(baseline, header):
    old, old_structs = facts(baseline)
    new, _ = facts(header)
    for name, value in old.items():
        grown = name in old_structs and next(iter(old_structs[name])) == "struct_size"
        if name not in new:
            yield f"{name} is gone"
        elif grown and int(new[name]) < int(value):
            yield f"{name} has shrunk from {value} to {new[name]} bytes"
        elif not grown and new[name] != value:
            what = "offset, size and type" if "." in name else "size" if name in old_structs else "value"
            yield f"{name}: {what} {new[name]}, not {value}"
    for name, value in new.items():
        struct = name.partition(".")[0]
        if "." in name and name not in old and struct in old_structs and int(value.split()[0]) < int(old[struct]):
            yield f"{name} lies within what older programs have of {struct}: append it"


if __name__ == "__main__":
    found = list(changes(*sys.argv[1:]))
    for change in found:
        print(f"abi: {change}", file=sys.stderr)
    sys.exit(bool(found))
