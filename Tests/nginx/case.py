# SPDX-License-Identifier: Apache-2.0
"""What the cases share: an issuer of JWTs that also answers introspections, a homeserver, and an nginx between them."""
import json
import os
import shutil
import tempfile
import time
import unittest
from pathlib import Path

from answers import answer
from client import ask
from endpoint import SECRET, Endpoint
from issuer import Issuer, Reply
from masform import mas_token
from server import Nginx
from tokens import all_tokens, key_set, new_key, token
from upstream import Upstream

IDENTITY = """
        proxy_set_header X-User $mxauth_user_id;
        proxy_set_header X-Device $mxauth_device_id;
        proxy_set_header X-Client $mxauth_client_id;
        proxy_set_header X-Grants $mxauth_grants;
        proxy_set_header X-Status $mxauth_status;
"""
CLIENT_API = 1


class WallClock:
    """For answers.answer()."""
    @property
    def wall(self):
        return time.time_ns()


class NginxCase(unittest.TestCase):
    def setUp(self):
        self.server = Issuer()
        self.addCleanup(self.server.stop)
        self.key = new_key("first")
        self.server.routes["/jwks"] = Reply(key_set(self.key))
        self.endpoint = Endpoint(self.server)
        self.upstream = Upstream()
        self.addCleanup(self.upstream.stop)

    def folder(self):
        path = tempfile.mkdtemp(prefix="mxauth-nginx-")
        self.addCleanup(shutil.rmtree, path, ignore_errors=True)
        # Workers are another user's.
        os.chmod(path, 0o755)
        return path

    def options(self, *more, tokens="jwt opaque"):
        """The directives of a validator of this issuer; `more` are pairs."""
        pairs = [
            ("server_name", "hs.test"), ("allow_http", "loopback"), ("issuer", self.server.origin),
            ("issuer.jwks_uri", self.server.origin + "/jwks"), ("issuer.introspection_uri", self.endpoint.url),
            ("issuer.client_auth", "bearer"), ("issuer.client_secret", SECRET), ("issuer.tokens", tokens),
            ("issuer.any_audience", "true"), ("issuer.retry_min", "1"), *more]
        return "\n    ".join(
            f"mxauth_issuer {value};" if name == "issuer" else f"mxauth_option {name} {json.dumps(value)};"
            for name, value in pairs)

    def http(self, body, *more, options=None, server=""):
        """One server with this validator; `body` are its locations."""
        return f"""
    {self.options(*more) if options is None else options}
    {IDENTITY}
    server {{
        listen 127.0.0.1:@PORT@;
        {server}
        {body}
    }}"""

    def location(self, directives="mxauth on;", path="/"):
        return f"location {path} {{ {directives} proxy_pass http://{self.upstream.address}; }}"

    def nginx(self, http, **more):
        server = Nginx(Path(self.folder()), http, **more)
        self.addCleanup(server.stop)
        return server

    def start(self, directives="mxauth on;", *more, **settings):
        """An nginx with one location; ask() and log() are of it."""
        return self.run_nginx(self.http(self.location(directives), *more), **settings)

    def run_nginx(self, http, **settings):
        self.web = self.nginx(http, **settings).start()
        return self.web

    def ask(self, path="/", token=None, **more):
        return ask(self.web.port, path, token, **more)

    def jwt(self, **claims):
        return token(self.key, self.server.origin, **claims)

    def opaque(self, **members):
        made = mas_token()
        all_tokens.append(made)
        self.endpoint.tokens[made] = answer(WallClock(), **members)
        return made

    def assertPasses(self, answer, user="@alice:hs.test", device="ABCDEFGHIJ", client="client"):
        """It has come to the homeserver, and with nothing but the token's own identity."""
        self.assertEqual(answer.status, 200, answer.body)
        seen = {}
        for name, value in answer.json["headers"]:
            seen.setdefault(name.lower(), []).append(value)
        expected = {"x-user": [user], "x-device": [device], "x-client": [client], "x-grants": ["3"],
                    "x-status": ["MXAUTH_OK"]}
        self.assertEqual({name: seen.get(name) for name in expected}, expected)

    def assertAnonymous(self, answer, status=None):
        """It has come to the homeserver without any identity."""
        self.assertEqual(answer.status, 200, answer.body)
        seen = {name.lower(): value for name, value in answer.json["headers"]}
        self.assertEqual(
            [seen.get(name) for name in ("x-user", "x-device", "x-client", "x-grants", "x-status")], [None] * 4 + [status])

    def assertRefused(self, answer, status, errcode, oauth_error=None, challenge=None):
        """The Matrix error body and the challenge of RFC 6750, and nothing has come to the homeserver."""
        self.assertEqual((answer.status, answer.errcode), (status, errcode), answer.body)
        self.assertEqual(answer.header("Content-Type"), "application/json")
        self.assertTrue(answer.json["error"])
        value = answer.header("WWW-Authenticate")
        has_challenge = status in (401, 403) if challenge is None else challenge
        self.assertEqual(value is not None, has_challenge, value)
        if oauth_error:
            self.assertIn(f'error="{oauth_error}"', value)
        elif value:
            self.assertNotIn("error=", value)
        self.assertEqual(self.upstream.count, 0, "requests that came to the homeserver")
