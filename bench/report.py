#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes results.md, results.svg and a copy of results.json into a directory.

    bench/report.py RESULTS TARGETS DIRECTORY
"""
import json
import os
import shutil
import sys

import chart

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "HS256")
PEERS = ("libjwt", "cjose", "rhonabwy", "scitokens")


def figure(value):
    """Four digits, or all of a whole number."""
    if value is None:
        return "not measured"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def microseconds(value):
    return "" if value is None else f"{value / 1000:,.{2 if value < 10_000 else 1 if value < 1_000_000 else 0}f}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def applies(target, meta):
    return all(meta.get(name) == value for name, value in target.get("if", {}).items())


def judged(target, value):
    """The bound in words, and whether it is reached."""
    if "at_least" in target:
        return f"≥ {figure(target['at_least'])}", value is not None and value >= target["at_least"]
    if "below" in target:
        return f"< {figure(target['below'])}", value is not None and value < target["below"]
    return f"≤ {figure(target['at_most'])}", value is not None and value <= target["at_most"]


def spread_of(results, key):
    spread = results["spread"].get(key)
    if spread is None:
        return ""
    if "of_fastest" in spread:
        return f"{figure(spread['of_fastest'])} of the fastest repetitions"
    return f"{figure(spread['q1'])} to {figure(spread['q3'])}"


def targets_section(results, targets):
    rows, notes, reached, count = [], [], 0, 0
    for target in targets:
        if not applies(target, results["meta"]):
            continue
        value = results.get(target["key"])
        bound, good = judged(target, value)
        reached, count = reached + good, count + 1
        beside = results.get(target.get("beside"))
        spread = spread_of(results, target["key"])
        if beside is not None:
            spread += f"; raw libcrypto {figure(beside)}" if "evp" in target["beside"] else f"; nothing shared {figure(beside)}"
        verdict = "yes" if good else "not measured" if value is None else "**no**"
        rows.append((target["what"], f"`{target['key']}`", bound, figure(value), spread, verdict))
        if not good and "note" in target:
            notes.append(f"- `{target['key']}`: {target['note']}")
    text = f"## Targets: {reached} of {count} reached\n\n"
    text += table(("What", "Key", "Target", "Figure", "Spread", "Reached"), rows)
    return text + ("\nNot reached:\n\n" + "\n".join(notes) + "\n" if notes else "")


def cold_section(results):
    named = [("mxauth", "ns.cold.{}"), ("mxauth, libcrypto alone", "ns.cold.{}.libcrypto"), ("mxauth, no key table", "ns.cold.{}.no_table"),
             ("floor: EVP, naive", "ns.naive.{}"), ("floor: EVP, best", "ns.evp.{}"), ("floor: libcrypto below EVP", "ns.low.{}"),
             ("floor: libsodium", "ns.sodium.{}")]
    named += [(peer, f"ns.peer.{peer}.{{}}") for peer in PEERS]
    rows = []
    for name, key in named:
        row = [microseconds(results.get(key.format(algorithm))) for algorithm in ALGORITHMS]
        if any(row):
            rows.append((name, *row))
    missing = [peer for peer in PEERS if results["meta"]["peers"].get(peer) == "not installed"]
    text = "## A token that was never seen, microseconds\n\n" + table(("", *ALGORITHMS), rows)
    text += "\nFloors are hash and signature alone; mxauth and the peers do everything. "
    text += "An empty cell: that library does not know the algorithm.\n"
    return text + (f"Not installed, so not measured: {', '.join(missing)}.\n" if missing else "")


def rest_section(results, shown):
    """Every figure that no table above has, with its spread."""
    rows = [(f"`{key}`", figure(value), spread_of(results, key)) for key, value in sorted(results.items())
            if key not in ("spread", "meta") and key not in shown]
    return "## Everything else\n\n" + table(("Key", "Median", "Quartiles"), rows)


def machine_section(meta):
    rows = [("Processor", f"{meta['processor']}, {meta['processors']} of them"), ("System", meta["system"]),
            ("Load when it began and ended", f"{meta['load_before']:.1f}, {meta['load_after']:.1f}"),
            ("libmxauth", f"{meta['mxauth']}, commit {meta['commit'] or 'unknown'}"), ("libcrypto", meta["libcrypto"]),
            ("libsodium", "installed" if meta["libsodium"] else "not installed"),
            ("Peers", ", ".join(f"{peer} {version}" for peer, version in meta["peers"].items())),
            ("Fastest peer", ", ".join(f"{algorithm} {peer}" for algorithm, peer in meta["best_peer"].items())),
            ("Google Benchmark", meta["benchmark"]), ("Compiler of the harness", meta["compiler"]),
            ("Token bytes", ", ".join(f"{algorithm} {meta['token_bytes_' + algorithm]}" for algorithm in ALGORITHMS)),
            ("Repetitions", f"{meta['repetitions']} of about {meta['seconds_of_a_repetition']:g} s, shuffled; {meta['seconds_of_the_run'] / 60:.1f} minutes in all; seed {meta['seed']}"),
            ("Date", meta["date"])]
    return "## Machine and versions\n\n" + table(("", ""), rows)


def main():
    source, targets_path, directory = sys.argv[1:4]
    with open(source, encoding="utf-8") as file:
        results = json.load(file)
    with open(targets_path, encoding="utf-8") as file:
        targets = json.load(file)
    if results["meta"]["parts"] != "all":
        sys.exit(f"only these parts were measured: {results['meta']['parts']}")
    shown = {target["key"] for target in targets}
    shown |= {key for key in results if key.startswith(("ns.naive.", "ns.evp.", "ns.low.", "ns.sodium.", "ns.peer."))}
    shown |= {"ns.cold." + algorithm + rest for algorithm in ALGORITHMS for rest in ("", ".libcrypto", ".no_table")}
    text = "<!-- Written by `make bench-publish` from results.json. -->\n# Benchmark results\n\n"
    text += "How they were measured and what the words mean: [README.md](README.md).\n\n![A new token, by algorithm](results.svg)\n\n"
    text += "\n".join((targets_section(results, targets), cold_section(results), rest_section(results, shown), machine_section(results["meta"])))
    with open(os.path.join(directory, "results.md"), "w", encoding="utf-8") as file:
        file.write(text)
    with open(os.path.join(directory, "results.svg"), "w", encoding="utf-8") as file:
        file.write(chart.draw(results, ALGORITHMS, PEERS))
    if os.path.abspath(source) != os.path.abspath(os.path.join(directory, "results.json")):
        shutil.copyfile(source, os.path.join(directory, "results.json"))


main()
