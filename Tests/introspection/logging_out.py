# SPDX-License-Identifier: Apache-2.0
"""A revocation endpoint (RFC 7009), and a validator that asks it."""
import threading

import mxauth
from endpoint import Request
from introspecting import IntrospectionCase
from issuer import Reply
from masform import mas_token
from tokens import all_tokens

PATH = "/oauth2/revoke"


class RevocationEndpoint:
    """`pairs`: tokens that end together. `reply`: a Reply that stands for all answers. Everything asked is in `requests`."""

    def __init__(self, endpoint, issuer, caller=None):
        self.endpoint, self.caller, self.url = endpoint, caller, issuer.origin + PATH
        self.lock, self.requests, self.pairs, self.reply = threading.Lock(), [], [], None
        issuer.forms[PATH] = self._answer

    def _answer(self, headers, body):
        request = Request(headers, body)
        with self.lock:
            self.requests.append(request)
        if self.reply:
            return self.reply
        if request.header("Content-Type") != "application/x-www-form-urlencoded" or not request.form.get("token"):
            return Reply({"error": "invalid_request"}, 400)
        refusal = self.caller and self.caller.refusal(request)
        if refusal:
            return Reply({"error": refusal}, 401)
        token = request.form["token"].encode()
        for pair in self.pairs:
            if token in pair:
                for one in pair:
                    self.endpoint.tokens.pop(one, None)
        return Reply(b"", 200, content_type=None)


class LogoutCase(IntrospectionCase):
    def begin(self, *options, caller=None, **more):
        self.server = self.issuer()
        self.start(("revocation_uri", self.server.origin + PATH), *options, server=self.server, **more)
        self.revocation = RevocationEndpoint(self.endpoint, self.server, caller)

    def pair(self):
        """An access token that the issuer knows, and the refresh token beside it."""
        access, refresh = self.opaque(), mas_token("mar")
        all_tokens.append(refresh)
        self.revocation.pairs.append((access, refresh))
        return access, refresh

    def ask(self, token, hint=mxauth.HINT_ACCESS, client_id=None, milliseconds=5000, issuer=0):
        return self.v.revoke_at_issuer(issuer, token, hint, client_id, milliseconds)
