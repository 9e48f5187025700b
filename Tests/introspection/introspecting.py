# SPDX-License-Identifier: Apache-2.0
"""What the cases of introspection share. Tests/transport, which run.sh puts on the path, has the rest."""
import json

import mxauth
from answers import answer
from endpoint import SECRET, Endpoint
from harness import Case
from masform import mas_token
from tokens import all_tokens, key_set, new_key, token

BEARER = (("client_auth", "bearer"), ("client_secret", SECRET))


class IntrospectionCase(Case):
    """After start(): an issuer with an endpoint, a validator `v` that asks it, and the clock of both."""

    def start(self, *options, auth=BEARER, tokens="opaque", caller=None, path="/oauth2/introspect", **more):
        self.clock = more.setdefault("clock", mxauth.Clock())
        self.server = more.pop("server", None) or self.issuer()
        self.endpoint = Endpoint(self.server, path, caller)
        more.setdefault("audience", None)
        self.v = self.validator(
            ("tokens", tokens), ("introspection_uri", self.endpoint.url), *auth, *options, issuer=self.server, **more)
        return self.v

    def with_jwts(self, *options, **more):
        """The same for an issuer that also signs tokens, with the key `key`."""
        self.key = new_key("first")
        jwks = json.dumps(key_set(self.key))
        return self.start(("keys", jwks), *options, tokens="jwt opaque", **more)

    def jwt(self, **claims):
        return token(self.key, self.server.origin, **{"iat": self.now, "exp": self.now + 3600} | claims)

    def opaque(self, token=None, **members):
        """A new token that the endpoint knows."""
        token = token or mas_token()
        all_tokens.append(token)
        self.endpoint.tokens[token] = answer(self.clock, **members)
        return token

    @property
    def now(self):
        return self.clock.wall // mxauth.SECOND

    def assertAsked(self, times):
        self.assertEqual(self.endpoint.count, times, "requests that the endpoint saw")

    def judged(self, token):
        """The verdict, when the issuer has been asked."""
        self.v.wait(token)
        return self.v.verdict(token)
