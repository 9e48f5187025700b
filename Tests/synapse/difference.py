# SPDX-License-Identifier: Apache-2.0
"""Where libmxauth and Synapse part on purpose. A difference is explained only by what it goes away with: each class
says which answers it is about and how such an answer reads with its oddity taken away (`cured`). Taking it away must
change nothing for the side that does not mind it, and what is left must be equal or be explained by another class. The
modules differences_… hold the classes; docs/synapse.md has the same table."""
from collections.abc import Callable
from dataclasses import dataclass

from wire import Answer

UNAVAILABLE, INVALID, FAULT = "503 `M_UNKNOWN`", "401 `M_UNKNOWN_TOKEN`", "500 `M_FORBIDDEN`"
AS_IF_NOT = "as without it"


@dataclass(frozen=True)
class Difference:
    name: str
    applies: Callable[[Answer], bool]
    cured: Callable[[Answer], Answer]
    # HTTP status and errcode, or several; AS_IF_NOT if that side judges the cured answer just so.
    synapse: str
    ours: str
    why: str
    besides: tuple = ()   # what the cure changes in an acceptance even so

    @property
    def row(self):
        return f"| {self.name} | {self.synapse} | {self.ours} | {self.why} |"


CLASSES = []


def stricter(name, applies, cured, ours, why, besides=()):
    """Synapse does not mind."""
    CLASSES.append(Difference(name, applies, cured, AS_IF_NOT, ours, why, besides))


def laxer(name, applies, cured, synapse, why, besides=()):
    """Only Synapse minds."""
    CLASSES.append(Difference(name, applies, cured, synapse, AS_IF_NOT, why, besides))


def of_members(predicate):
    return lambda answer: answer.members is not None and predicate(answer.members)


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)
