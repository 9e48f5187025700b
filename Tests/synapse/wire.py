# SPDX-License-Identifier: Apache-2.0
"""An introspection answer as it goes over the wire, and the endpoint that gives it to both sides."""
import json
import re
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random

from endpoint import Endpoint
from issuer import Issuer, Reply
from masform import ALPHANUMERIC, mas_token


@dataclass(frozen=True)
class Answer:
    body: bytes
    status: int = 200
    content_type: str | None = "application/json"

    @staticmethod
    def of(members):
        return Answer(json.dumps(members).encode())

    @cached_property
    def members(self):
        """The object as Python reads it, of members that stand twice the last; None if there is none."""
        try:
            members = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return members if isinstance(members, dict) else None

    def with_members(self, members):
        return replace(self, body=json.dumps(members).encode())

    def without(self, *names):
        return self.with_members({name: value for name, value in self.members.items() if name not in names})

    def but(self, **members):
        return self.with_members(self.members | members)

    def __str__(self):
        text = self.body.decode("utf-8", "backslashreplace")
        text = re.sub(r"(.)\1{20,}", lambda run: f"{run[1]}[{len(run[0])} times]", text)
        return f"HTTP {self.status}, {self.content_type}, {len(self.body)} bytes: {text[:1500]}"


class World:
    """One endpoint for both sides. Every question is about a token of its own, so that no cache answers it."""

    def __init__(self, seed):
        self._random = Random(f"tokens {seed}")
        self.issuer = Issuer()
        self.endpoint = Endpoint(self.issuer)
        # Where redirects lead.
        self._moved = Endpoint(self.issuer, "/moved")

    def serve(self, answer):
        """A new token that is answered about so."""
        token = mas_token(middle="".join(self._random.choices(ALPHANUMERIC, k=30)))
        headers = {"Location": self._moved.url} if 300 <= answer.status < 400 else {}
        body = b"" if answer.status == 204 else answer.body
        self.endpoint.tokens[token] = Reply(body, answer.status, headers, answer.content_type)
        self._moved.tokens[token] = Reply(answer.body, content_type=answer.content_type)
        return token

    def forget(self, token):
        del self.endpoint.tokens[token], self._moved.tokens[token]
