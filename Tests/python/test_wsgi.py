# SPDX-License-Identifier: Apache-2.0
"""What is WSGI's own: environ, and what servers put there. The rest is in test_guards.py."""

import json

import guarded
import pytest
from guarded import CLIENT, WHOAMI

from mxauth.wsgi import Guard


@pytest.fixture
def call(make):
    """Status, headers, body, and the environ that came to the application, if it did."""

    def call(environ, **options):
        found, seen = [], []

        def application(environ, start_response):
            seen.append(dict(environ))
            start_response("204 No Content", [])
            return []

        def start_response(status, headers, exc_info=None):
            found.extend([int(status.split()[0]), dict(headers)])

        body = b"".join(Guard(application, make(), **options)(environ, start_response))
        return (*found, body, seen[0] if seen else None)

    return call


def environ(path, token=None, **more):
    made = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": "",
    }
    if token:
        made["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return {**made, **more}


def test_the_verdict(call, issuer):
    made_up = {"mxauth.verdict": "made up"}
    assert call(environ(f"{CLIENT}/login", **made_up))[3]["mxauth.verdict"] is None
    assert call(environ(WHOAMI, issuer.token(), **made_up))[3]["mxauth.verdict"].device_id == "ABCDEFGHIJ"


def test_a_refusal(call):
    status, headers, body, seen = call(environ(WHOAMI))
    assert (status, seen) == (401, None)
    assert json.loads(body)["errcode"] == "M_MISSING_TOKEN"
    assert headers["Content-Length"] == str(len(body))


def test_mounted_below_a_script_name(call, issuer):
    """The two together are what the table reads."""
    for script, path, status in (
        ("/_matrix/client", "/v3/account/whoami", 204),
        ("/_matrix", "/client/v3/account/whoami", 204),
        ("/hs", WHOAMI, 404),
        ("/_matrix/client/", "/v3/account/whoami", 404),
    ):
        assert call(environ(path, issuer.token(), SCRIPT_NAME=script))[0] == status, script


def test_paths_that_are_bytes(call, issuer):
    token = issuer.token()
    for path, status in (
        (f"{CLIENT}/profile/@ä:b", 204),
        (f"{CLIENT}/login/../account/whoami", 404),
        (f"{CLIENT}/account/%77hoami", 404),
        (f"{CLIENT}/profile/a?b", 204),
        (f"{CLIENT}/profile/\0", 404),
    ):
        assert call(environ(path, token))[0] == status, path
    assert call(environ("", token, PATH_INFO=f"{CLIENT}/profile/\xff\xfe"))[0] == 404, "no UTF-8"


@pytest.mark.parametrize("name", ["RAW_URI", "REQUEST_URI"])
def test_two_paths_that_differ(call, issuer, name):
    for path, sent in (
        (WHOAMI, f"{CLIENT}/login"),
        (f"{CLIENT}/login", WHOAMI),
        (f"{CLIENT}/login", f"{CLIENT}/login/../sync"),
        (f"{CLIENT}/login", f"http://127.0.0.1{CLIENT}/login"),
        (f"{CLIENT}/login", f"{CLIENT}/%6cogi%6e%2f.."),
    ):
        assert call(environ(path, **{name: sent}))[0] in (401, 404), (path, sent)
    assert call(environ(f"{CLIENT}/login", **{name: f"{CLIENT}/l%6fgin?a=b/../.."}))[0] == 204


def test_the_target_alone(call, issuer):
    """For applications that go by it: %2F is then a character of an ID."""
    token = issuer.token()
    decoded, sent = f"{CLIENT}/rooms/!a:b/event/$x/y", f"{CLIENT}/rooms/!a:b/event/%24x%2Fy"
    assert call(environ(decoded, token, REQUEST_URI=sent))[0] == 404
    assert call(environ(decoded, token, REQUEST_URI=sent), raw_path=True)[0] == 204
    assert call(environ(f"{CLIENT}/login", REQUEST_URI=WHOAMI), raw_path=True)[0] == 401
    assert call(environ(f"{CLIENT}/login", HTTP_REQUEST_URI=f"{CLIENT}/login"), raw_path=True)[0] == 500, (
        "a client's header"
    )


@pytest.mark.parametrize(("name", "status"), [("wsgiref", 500), ("waitress", 200), ("cheroot", 200)])
def test_which_servers_tell_the_target(make, name, status):
    start, guard, application = guarded.SERVERS[name]
    site = start(guard(application, make(), raw_path=True))
    try:
        assert site.ask(f"{CLIENT}/login").status == status
        assert site.ask(f"{CLIENT}/login", f"Request-Uri: {CLIENT}/login", f"Raw-Uri: {CLIENT}/login").status == status
        assert site.ask(WHOAMI, f"Request-Uri: {CLIENT}/login", f"Raw-Uri: {CLIENT}/login").status in (401, 500)
    finally:
        site.stop()
