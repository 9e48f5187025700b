#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares libmxauth with joserfc on random tokens.

A token passes if libmxauth answers what is right (referee.py) and, where joserfc by itself says otherwise, one of the
known classes of disagreement explains it. The classes, and who is right in each, are the tables in referee.py.
"""

import argparse
import collections
import json
import os
import random
import sys
import time

import changed_claims  # noqa: F401  These four fill tokens.MUTATIONS.
import changed_header  # noqa: F401
import changed_json  # noqa: F401
import changed_token  # noqa: F401
import mxauth_ctypes
import tokens
from referee import READINGS, RULES, Anatomy, Referee


class World:
    """A key set and a policy, known to both sides."""

    def __init__(self, library, keys, algorithms, required):
        self.keys = {key.kid: key for key in keys}
        private = algorithms[0].startswith("HS")
        self.jwks = {"keys": [key.as_dict(private=private) for key in keys]}
        options = [
            ("issuer", tokens.ISSUER),
            ("issuer.keys", json.dumps(self.jwks)),
            ("issuer.audience", " ".join(tokens.AUDIENCES)),
            ("issuer.algorithms", " ".join(algorithms)),
            ("issuer.leeway", str(tokens.LEEWAY)),
            ("issuer.require_user", "false"),
            ("issuer.require_api_scope", "false"),
        ] + ([("issuer.required_claims", " ".join(required))] if required else [])
        self.validator = mxauth_ctypes.Validator(library, options, now=tokens.NOW)
        self.referee = Referee(self.jwks, algorithms, tokens.ISSUER, tokens.AUDIENCES, tokens.NOW, required)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", nargs="?", default=os.environ.get("MXAUTH_LIBRARY"), help="or $MXAUTH_LIBRARY")
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument("--rounds", type=int, default=10, help="how often each algorithm meets each mutation")
    options = parser.parse_args()
    if not options.library:
        parser.error("which library?")
    started = time.monotonic()

    library = mxauth_ctypes.Library(os.path.abspath(options.library))
    public, secret, strangers = tokens.make_keys()
    asymmetric = World(library, public, list(tokens.ASYMMETRIC), required=["nbf", "iat"])
    symmetric = World(library, secret, list(tokens.SYMMETRIC), required=[])
    print(f"{options.library} {library.version} against joserfc, seed {options.seed}")

    source = random.Random(options.seed)
    by_algorithm = {alg: collections.Counter() for alg in tokens.ALGORITHMS}
    explained, statuses, failures, passed = collections.Counter(), collections.Counter(), [], 0
    for _ in range(options.rounds):
        for alg, tally in by_algorithm.items():
            world = asymmetric if alg in tokens.ASYMMETRIC else symmetric
            for mutate in tokens.MUTATIONS:
                token = mutate(tokens.Draft(source, world.keys, strangers, alg))
                verdict, error = world.validator.validate(token)
                ours, status = verdict.status == 0, library.status_name(verdict.status)
                statuses[status] += 1
                anatomy = Anatomy(token)
                theirs, right = world.referee.accepts(anatomy), world.referee.right(anatomy)
                reason = None if ours == theirs else next(world.referee.reasons(anatomy), None)
                tally["tokens"] += 1
                if ours != right or (ours != theirs and reason is None):
                    failures.append((mutate.__name__, status, error.message.decode(), theirs, right, token, world.jwks))
                    continue
                passed += 1
                tally["accept" if ours else "reject"] += ours == theirs
                if reason:
                    tally["explained"] += 1
                    explained[reason, ours] += 1

    print(f"\n{'algorithm':<12}{'tokens':>8}{'both accept':>13}{'both reject':>13}{'explained':>11}")
    for alg, tally in by_algorithm.items():
        print(f"{alg:<12}{tally['tokens']:>8}{tally['accept']:>13}{tally['reject']:>13}{tally['explained']:>11}")
    total = sum(by_algorithm.values(), collections.Counter())
    print(f"{'all':<12}{total['tokens']:>8}{total['accept']:>13}{total['reject']:>13}{total['explained']:>11}")

    print(f"\n{'disagreement':<36}{'right':<18}{'tokens':>6}  clause")
    for name, clause in {rule.name: rule.clause for rule in RULES}.items():
        print(f"{name:<36}{'ours, reject':<18}{explained[name, False]:>6}  {clause}")
    for name, clause in READINGS.items():
        for ours in (True, False):
            if explained[name, ours]:
                print(
                    f"{name:<36}{'ours, ' + ('accept' if ours else 'reject'):<18}{explained[name, ours]:>6}  {clause}"
                )
    print(f"\n{len(tokens.MUTATIONS)} mutations met {len(statuses)} statuses; unexplained {len(failures)}")

    # A class that no token falls into is a claim about joserfc that nothing supports.
    known = [rule.name for rule in RULES] + list(READINGS)
    unseen = [name for name in known if not explained[name, True] + explained[name, False]]
    for name in unseen:
        print(f"FAILED: no token showed the disagreement '{name}'")
    for mutation, status, message, theirs, right, token, _ in failures[:20]:
        print(f"\nFAILED after {mutation}: {status} ({message})")
        print(f"  joserfc {'accepts' if theirs else 'rejects'}, right is to {'accept' if right else 'reject'}")
        print(f"  {token.decode('ascii', 'backslashreplace')}")
    for jwks in {id(failure[-1]): failure[-1] for failure in failures}.values():
        print(f"\nkey set {json.dumps(jwks)}")
    print(f"{time.monotonic() - started:.0f} s")
    print(f"{passed} passed, {len(failures) + len(unseen)} failed")
    return 1 if failures or unseen else 0


if __name__ == "__main__":
    sys.exit(main())
