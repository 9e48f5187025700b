# SPDX-License-Identifier: Apache-2.0
"""An introspection endpoint (RFC 7662) that behaves like MAS's one, token by token as a test scripts it."""
import threading
import time
import urllib.parse

from callers import Bearer
from issuer import Reply

SECRET = "secret-of-the-homeserver"
# What MAS says of any token that is not good, and no word more.
INACTIVE = {"active": False}


class Request:
    def __init__(self, headers, body):
        self.headers, self.body = headers.items(), body
        pairs = urllib.parse.parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict")
        self.form = dict(pairs)
        if len(self.form) != len(pairs):
            raise ValueError("a parameter appears twice")

    def headers_of(self, name):
        return [value for one, value in self.headers if one.lower() == name.lower()]

    def header(self, name):
        values = self.headers_of(name)
        return values[0] if len(values) == 1 else None


class Endpoint:
    """`tokens`: what it knows, each token with its answer: an object, a Reply, or a function of the request that
    returns one. `broken`: a Reply that stands for all answers. Everything that was asked is in `requests`."""

    def __init__(self, issuer, path="/oauth2/introspect", caller=None):
        self.url, self.caller = issuer.origin + path, caller or Bearer(SECRET)
        self.lock = threading.Lock()
        self.tokens, self.requests, self.broken, self.delay = {}, [], None, 0
        issuer.forms[path] = self._answer

    @property
    def count(self):
        with self.lock:
            return len(self.requests)

    @property
    def asked(self):
        """The tokens, in order."""
        with self.lock:
            return [request.form["token"].encode() for request in self.requests]

    @property
    def last(self):
        with self.lock:
            return self.requests[-1]

    def _answer(self, headers, body):
        try:
            request = Request(headers, body)
        except ValueError:
            return Reply({"error": "invalid_request"}, 400)
        with self.lock:
            self.requests.append(request)
        if self.delay:
            time.sleep(self.delay)
        if self.broken:
            return self.broken
        if request.header("Content-Type") != "application/x-www-form-urlencoded" or not request.form.get("token"):
            return Reply({"error": "invalid_request"}, 400)
        refusal = self.caller.refusal(request)
        if refusal:
            return Reply({"error": refusal}, 401)
        return self._judge(request)

    def _judge(self, request):
        answer = self.tokens.get(request.form["token"].encode(), INACTIVE)
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, Reply):
            return answer
        # The hint is a filter, contrary to RFC 7662: without one a refresh token is active.
        if request.form.get("token_type_hint") not in (None, answer.get("token_type", "access_token")):
            answer = INACTIVE
        return Reply(answer)
