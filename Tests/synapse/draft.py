# SPDX-License-Identifier: Apache-2.0
"""An answer in the making."""
import json

import scopes
from answers import SUBJECT
from library_side import NOW
from wire import Answer

BIG = 10 ** 400


class Draft:
    def __init__(self, random):
        self.random = random
        self.members = {
            "active": True, "scope": " ".join(random.choice([scopes.ordinary, scopes.composed])(random)),
            "client_id": "01FJ45AV1EV2MZJS7CXZ9Q3FAR",
            "username": "alice", "sub": SUBJECT, "token_type": "access_token", "exp": NOW + 300, "expires_in": 300,
            "iat": NOW, "nbf": NOW, "jti": "01HFVBY2TOKEN"}
        for name in "client_id", "sub", "token_type", "iat", "nbf", "jti":
            if random.random() < 0.2:
                del self.members[name]
        if random.random() < 0.4:
            # A compat token.
            del self.members["exp"], self.members["expires_in"]
        self.status, self.content_type, self.rewrites = 200, "application/json", []

    def put(self, name, *values):
        self.members[name] = self.random.choice(values)

    def drop(self, *names):
        for name in names:
            self.members.pop(name, None)

    @property
    def answer(self):
        body = json.dumps(self.members, ensure_ascii=self.random.random() < 0.5).encode("utf-8", "surrogatepass")
        for rewrite in self.rewrites:
            body = rewrite(body)
        return Answer(body, self.status, self.content_type)


# Functions that change a draft.
CHANGES = []


def change(function):
    CHANGES.append(function)
    return function
