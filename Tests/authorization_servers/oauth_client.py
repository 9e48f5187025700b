# SPDX-License-Identifier: Apache-2.0
"""An OAuth client with a browser: authorization code grant with PKCE, refresh, revocation."""
import base64
import hashlib
import json
import secrets
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.parse import parse_qs, quote, urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener, urlopen


def metadata(issuer):
    """RFC 8414 section 3.1."""
    parts = urlsplit(issuer)
    with urlopen(f"{parts.scheme}://{parts.netloc}/.well-known/oauth-authorization-server{parts.path}") as response:
        return json.load(response)


class _Fields(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.values = {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "input" and "name" in attributes:
            self.values[attributes["name"]] = attributes.get("value", "")


class _NoRedirects(HTTPRedirectHandler):
    def http_error_302(self, _request, response, *_):
        return response

    http_error_303 = http_error_302


def browse(url, goal, answers):
    """Follows redirects and fills in forms until the browser is sent to `goal`; returns that URL's parameters."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()), _NoRedirects)
    form = None
    for _ in range(20):
        with browser.open(url, form) as response:
            if response.status == 200:
                fields = _Fields(response.read().decode()).values
                form = urlencode({name: answers.get(name, value) for name, value in fields.items()}).encode()
                continue
            url, form = urljoin(url, response.headers["Location"]), None
        if url.startswith(goal):
            return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    raise AssertionError(f"the browser got no further than {url}")


class OAuthClient:
    def __init__(self, issuer, client_id, secret, redirect_uri):
        self.metadata = metadata(issuer)
        self.client_id, self._secret, self._redirect_uri = client_id, secret, redirect_uri

    def authorize(self, scope, answers=None):
        """What the token endpoint answers after the user has agreed."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        request = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": self._redirect_uri, "scope": scope,
            "state": "state", "code_challenge": challenge, "code_challenge_method": "S256"}
        url = self.metadata["authorization_endpoint"] + "?" + urlencode(request)
        result = browse(url, self._redirect_uri, answers or {})
        return self.token(
            grant_type="authorization_code", code=result["code"], redirect_uri=self._redirect_uri,
            code_verifier=verifier)

    def token(self, **form):
        return self._post("token_endpoint", form)

    def revoke(self, token):
        return self._post("revocation_endpoint", {"token": token})

    def introspect(self, token):
        return self._post("introspection_endpoint", {"token": token, "token_type_hint": "access_token"})

    def _post(self, endpoint, form):
        basic = base64.b64encode(f"{quote(self.client_id, '')}:{quote(self._secret, '')}".encode()).decode()
        request = Request(self.metadata[endpoint], urlencode(form).encode(), {"Authorization": "Basic " + basic})
        with urlopen(request) as response:
            return json.load(response)
