# SPDX-License-Identifier: Apache-2.0
"""Answers out of a seed. Each starts as one that MAS could give and is then changed in one to three ways; CHANGES come
in turn, so that each of them is met often."""
from random import Random

import changes_identity  # noqa: F401  These three fill CHANGES.
import changes_members  # noqa: F401
import changes_wire  # noqa: F401
from draft import CHANGES, Draft


def answers(seed, count):
    random = Random(seed)
    for number in range(count):
        draft = Draft(random)
        changes = [CHANGES[number % len(CHANGES)]]
        changes += random.sample(CHANGES, random.choices([0, 1, 2], [5, 3, 1])[0])
        for one in changes:
            one(draft)
        yield draft.answer, [one.__name__ for one in changes]
