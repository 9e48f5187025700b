#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts the instructions of a validation under callgrind and compares them with docs/benchmarks/instructions.json.

    bench/check.py PROGRAM TOKENS FIGURES [--update]

Counts do not depend on what else the machine does. Those inside our own shared object are compared always; those inside
libcrypto only if it is the version that the figures are of, and the rest (libc, libjansson, the dynamic linker) only on
the same libc and less strictly. Both ways: a count that has shrunk is written down as well, or the next growth would go unnoticed.
"""
import ctypes
import json
import os
import re
import subprocess
import sys
import tempfile

# Ours and libcrypto's repeat to a thousandth; malloc's way through its lists depends on addresses and chance, so that the
# least of some runs is what counts.
RUNS = 3
TOLERANCE = {"libmxauth": 0.03, "libcrypto": 0.03, "other": 0.10}
# A handful of instructions is no finding, whatever its share.
SLACK = 8
COUNTED = ("mxauth_validate*", "mxauth_authorize*")
# libcrypto and Swift choose by processor and chance; here both get the same everywhere. SSE2 and SSSE3 are in every x86-64
# processor of the last fifteen years; other architectures do not read this.
ENVIRONMENT = {"OPENSSL_ia32cap": "0x0000020107000000:0", "SWIFT_DETERMINISTIC_HASHING": "1", "LC_ALL": "C"}


def part_of(path):
    name = os.path.basename(path)
    return "libmxauth" if name.startswith("libmxauth.so") else "libcrypto" if name.startswith("libcrypto.so") else "other"


def read_dump(lines):
    """The step's name, how often it was done, the instructions of each part, and libcrypto's path."""
    names, counts, crypto, step, part, skip, total = {}, {}, None, None, "other", False, None
    for line in lines:
        if line.startswith("desc: Trigger: Client Request: "):
            step = line.split(": ", 3)[3].split()
        elif line.startswith("summary: ") or line.startswith("totals: "):
            total = int(line.split()[1])
        elif line.startswith("ob="):
            number, path = re.match(r"ob=\((\d+)\)(?: (.*))?$", line).groups()
            path = names.setdefault(number, path)
            part = part_of(path)
            crypto = path if part == "libcrypto" else crypto
        elif line.startswith("cob="):
            number, path = re.match(r"cob=\((\d+)\)(?: (.*))?$", line).groups()
            names.setdefault(number, path)
        elif line.startswith("calls="):
            skip = True  # The next line is what the call took inside, which is counted there.
        elif re.match(r"[-+*\d]", line):
            if not skip:
                counts[part] = counts.get(part, 0) + int(line.split()[1])
            skip = False
    if total is not None and total != sum(counts.values()):
        sys.exit(f"{step}: {sum(counts.values())} instructions were read, callgrind says {total}")
    return step, counts, crypto


def measure(program, tokens):
    figures, crypto = {}, None
    with tempfile.TemporaryDirectory() as directory:
        out = os.path.join(directory, "out")
        command = ["valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}"]
        command += [f"--toggle-collect={name}" for name in COUNTED]
        subprocess.run(command + [program, tokens], check=True, env={**os.environ, **ENVIRONMENT})
        dumps = [name for name in os.listdir(directory) if re.fullmatch(r"out\.\d+", name)]
        for name in sorted(dumps, key=lambda name: int(name[4:])):
            with open(os.path.join(directory, name), encoding="utf-8", errors="replace") as file:
                step, counts, path = read_dump(file)
            crypto = path or crypto
            if step is not None:
                figures[step[0]] = {part: round(count / int(step[1]), 1) for part, count in sorted(counts.items())}
    return figures, crypto


def least(runs):
    return {step: {part: min(run[step][part] for run in runs) for part in parts} for step, parts in runs[0].items()}


def versions(crypto):
    version = None
    if crypto is not None:
        function = ctypes.CDLL(crypto).OpenSSL_version
        function.restype = ctypes.c_char_p
        version = function(0).decode()
    # libc chooses its memcpy by what callgrind lets through of the processor.
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        avx2 = " avx2" in file.read()
    return {"libcrypto": version, "libc": f"{os.confstr('CS_GNU_LIBC_VERSION')}, avx2 {'yes' if avx2 else 'no'}"}


def compare(figures, now, known):
    passed = failed = 0
    compared = {"libmxauth"}
    for part, name in (("libcrypto", "libcrypto"), ("other", "libc")):
        if now[name] == known["versions"][name]:
            compared.add(part)
        else:
            print(f"skipped: {part}, as the figures are of {known['versions'][name]} and this is {now[name]}")
    for step in sorted(figures.keys() | known["counts"].keys()):
        for part in sorted(compared):
            new, old = figures.get(step, {}).get(part, 0), known["counts"].get(step, {}).get(part, 0)
            if new == old == 0:
                continue
            change = f"{(new - old) / old:+.1%}" if old else "new"
            good = abs(new - old) <= max(old * TOLERANCE[part], SLACK)
            passed, failed = passed + good, failed + (not good)
            if not good or part == "libmxauth":
                print(f"{'' if good else 'FAILED: '}{step:14} {part:10} {new:12.1f} instructions, {old:.1f} committed ({change})")
    if failed:
        print("If that is meant to be so: make bench-check-update, and say in the commit why.")
    print(f"bench-check: {passed} passed, {failed} failed")
    return failed == 0 and passed > 0


def main():
    program, tokens, path = sys.argv[1:4]
    runs, libraries = zip(*(measure(program, tokens) for _ in range(RUNS)))
    figures, crypto = least(runs), libraries[0]
    now = versions(crypto)
    if "--update" in sys.argv[4:]:
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"versions": now, "counts": figures}, file, indent=1)
            file.write("\n")
        return
    with open(path, encoding="utf-8") as file:
        known = json.load(file)
    if not compare(figures, now, known):
        sys.exit(1)


main()
