# SPDX-License-Identifier: Apache-2.0
"""Compares libmxauth with Synapse on generated introspection answers: user, device, administrator, and of a refusal
HTTP status, errcode and soft_logout. An answer passes if both say the same or classes of difference.py explain why
not."""
import argparse
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import differences_wire  # noqa: F401  These three fill CLASSES.
import differences_members  # noqa: F401
import differences_identity  # noqa: F401
from difference import AS_IF_NOT, CLASSES
from draft import CHANGES
from generated import answers
from library_side import Library
from synapse_side import VERSION, Synapse
from twisted.internet import defer, reactor
from wire import World

SERVER = "hs.test"
TABLE = Path(__file__).parents[2] / "docs" / "synapse.md"


def in_words(outcome):
    words = f"{outcome.http} `{outcome.errcode}`" if outcome.errcode else str(outcome.http)
    return words + " and soft_logout" * outcome.soft_logout


def is_due(words, outcome, cured, besides):
    if words != AS_IF_NOT:
        return in_words(outcome) in words
    changed = {name: getattr(outcome, name) for name in besides if outcome.http == cured.http == 200}
    return replace(cured, **changed) == outcome


class Comparison:
    def __init__(self, seed):
        self.world = World(seed)
        self.library = Library(self.world, SERVER)
        self.synapse = Synapse(self.world, SERVER, reactor)
        self.first, self.hits, self.outcomes, self.failures = Counter(), Counter(), Counter(), []
        self.equal = 0

    async def both(self, answer):
        token = self.world.serve(answer)
        try:
            return await self.synapse.judge(token), self.library.judge(token)
        finally:
            self.world.forget(token)

    async def explanation(self, answer, theirs, ours):
        """The names of the classes that explain a difference one after the other, none if there is none; None if
        nothing explains it."""
        if theirs == ours:
            return []
        for one in CLASSES:
            if not one.applies(answer):
                continue
            cured = one.cured(answer)
            if cured == answer:
                continue
            cured_theirs, cured_ours = await self.both(cured)
            if not is_due(one.synapse, theirs, cured_theirs, one.besides):
                continue
            if not is_due(one.ours, ours, cured_ours, one.besides):
                continue
            rest = await self.explanation(cured, cured_theirs, cured_ours)
            if rest is not None:
                return [one.name, *rest]
        return None

    async def compare(self, answer, changes):
        theirs, ours = await self.both(answer)
        names = await self.explanation(answer, theirs, ours)
        self.outcomes[theirs.http, ours.http] += 1
        if names is None:
            self.failures.append((answer, changes, theirs, ours))
        elif names:
            self.first[names[0]] += 1
            self.hits.update(set(names))
        else:
            self.equal += 1


async def run(options):
    comparison = Comparison(options.seed)
    try:
        for answer, changes in answers(options.seed, options.answers):
            await comparison.compare(answer, changes)
    finally:
        comparison.library.stop()
    return comparison


def report(options, comparison, seconds):
    print(f"{'Synapse':<10}{'libmxauth':<12}{'answers':>7}")
    for (theirs, ours), count in sorted(comparison.outcomes.items()):
        print(f"{theirs:<10}{ours:<12}{count:>7}")
    print(f"\n{'difference':<78}{'first':>7}{'at all':>8}")
    for one in CLASSES:
        print(f"{one.name:<78}{comparison.first[one.name]:>7}{comparison.hits[one.name]:>8}")

    problems = [f"no answer showed the difference '{one.name}'" for one in CLASSES if not comparison.hits[one.name]]
    documented = TABLE.read_text().splitlines()
    problems += [f"{TABLE.name} lacks the row {one.row}" for one in CLASSES if one.row not in documented]
    for problem in problems:
        print(f"FAILED: {problem}")
    for answer, changes, theirs, ours in comparison.failures[:20]:
        print(f"\nFAILED: no difference explains this ({', '.join(changes)})")
        print(f"  Synapse   {theirs}\n  libmxauth {ours}\n  {answer}")

    differing = sum(comparison.first.values())
    each = ", ".join(str(comparison.first[one.name]) for one in CLASSES)
    print(
        f"\n{options.answers} answers of {len(CHANGES)} changes compared with Synapse {VERSION}, seed {options.seed}: "
        f"{comparison.equal} equal, {differing} differing in {len(CLASSES)} classes ({each}), "
        f"{len(comparison.failures)} unexplained; {seconds:.0f} s")
    failed = len(problems) + len(comparison.failures)
    print(f"{comparison.equal + differing} passed, {failed} failed")
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument("--answers", type=int, default=3000)
    parser.add_argument("--table", action="store_true", help="print the table of docs/synapse.md instead")
    options = parser.parse_args()
    if options.table:
        print("\n".join(one.row for one in CLASSES))
        return 0
    started, results = time.monotonic(), []

    def ended(result):
        results.append(result)
        reactor.stop()

    reactor.callWhenRunning(lambda: defer.ensureDeferred(run(options)).addBoth(ended))
    reactor.run()
    if not isinstance(results[0], Comparison):
        results[0].printBriefTraceback(sys.stdout)
        print("0 passed, 1 failed")
        return 1
    return report(options, results[0], time.monotonic() - started)


if __name__ == "__main__":
    sys.exit(main())
