# SPDX-License-Identifier: Apache-2.0
"""Options come from the library's table; every mistake is named, and nothing is left behind."""

import logging
from datetime import timedelta
from pathlib import Path

import pytest

import mxauth
from mxauth import Issuer, Status, Validator

GOOD = {"server_name": "example.org", "issuer": "https://auth.example.org/", "audience": "https://matrix.example.org/"}


def refused(**options):
    with pytest.raises(mxauth.ConfigurationError) as caught:
        Validator(**{"transport": False, **options})
    return caught.value.status, caught.value.subject


@pytest.mark.parametrize(
    "options, status, subject",
    [
        ({"audiense": "x"}, Status.OPTION_UNKNOWN, "audiense"),
        ({"issuer.audience": "x"}, Status.OPTION_UNKNOWN, "issuer.audience"),
        ({"audiense": None}, Status.OPTION_UNKNOWN, "audiense"),
        ({"Audience": "x"}, Status.OPTION_UNKNOWN, "Audience"),
        ({"": "x"}, Status.OPTION_UNKNOWN, ""),
        ({"server_name": "no server name"}, Status.OPTION_INVALID, "server_name"),
        ({"server_name": "x\0y"}, Status.OPTION_INVALID, "server_name"),
        ({"server_name": "\ud800"}, Status.OPTION_INVALID, "server_name"),
        ({"server_name": b"example.org"}, Status.OPTION_INVALID, "server_name"),
        ({"server_name": ["example.org"]}, Status.OPTION_INVALID, "server_name"),
        ({"server_name": Path("example.org")}, Status.OPTION_INVALID, "server_name"),
        ({"server_name": None}, Status.CONFIG_INCOMPLETE, "server_name"),
        ({"max_token_bytes": 3}, Status.OPTION_INVALID, "max_token_bytes"),
        ({"max_token_bytes": -1}, Status.OPTION_INVALID, "max_token_bytes"),
        ({"max_token_bytes": 10**30}, Status.OPTION_INVALID, "max_token_bytes"),
        ({"max_token_bytes": True}, Status.OPTION_INVALID, "max_token_bytes"),
        ({"max_token_bytes": 1024.0}, Status.OPTION_INVALID, "max_token_bytes"),
        ({"max_token_bytes": timedelta(seconds=1024)}, Status.OPTION_INVALID, "max_token_bytes"),
        ({"draft_scopes": "maybe"}, Status.OPTION_INVALID, "draft_scopes"),
        ({"draft_scopes": 2}, Status.OPTION_INVALID, "draft_scopes"),
        ({"leeway": timedelta(milliseconds=1500)}, Status.OPTION_INVALID, "issuer.leeway"),
        ({"leeway": timedelta(seconds=-1)}, Status.OPTION_INVALID, "issuer.leeway"),
        ({"leeway": 1.5}, Status.OPTION_INVALID, "issuer.leeway"),
        ({"cache_ttl": "never"}, Status.OPTION_INVALID, "issuer.cache_ttl"),
        ({"audience": None}, Status.CONFIG_INCOMPLETE, "issuer.audience"),
        ({"audience": []}, Status.OPTION_INVALID, "issuer.audience"),
        ({"audience": ["two words"]}, Status.OPTION_INVALID, "issuer.audience"),
        ({"audience": ["x", 3]}, Status.OPTION_INVALID, "issuer.audience"),
        ({"audience": [""]}, Status.OPTION_INVALID, "issuer.audience"),
        ({"audience": b"x"}, Status.OPTION_INVALID, "issuer.audience"),
        ({"algorithms": ["RS257"]}, Status.OPTION_INVALID, "issuer.algorithms"),
        ({"keys": "nonsense"}, Status.KEY_SET_INVALID, "issuer.keys"),
        ({"keys": {"keys": []}}, Status.KEY_SET_INVALID, "issuer.keys"),
        ({"ca_file": Path("/nonexistent/\0")}, Status.OPTION_INVALID, "ca_file"),
        ({"client_secret_file": Path("/nonexistent/secret")}, Status.OPTION_INVALID, "issuer.client_secret_file"),
        ({"draft_scopes": ["true"]}, Status.OPTION_INVALID, "draft_scopes"),
        ({"allow_http": False}, Status.OPTION_INVALID, "allow_http"),
        ({"jwks_uri": "http://auth.example.org/jwks"}, Status.CONFIG_INCOMPLETE, "issuer.jwks_uri"),
        ({"scope_rule": ["urn:x : GET /_matrix/client/v3/sync", "nonsense"]}, Status.OPTION_INVALID, "scope_rule"),
        ({"scope_rule": [1]}, Status.OPTION_INVALID, "scope_rule"),
        ({"issuer": "two words"}, Status.OPTION_INVALID, "issuer"),
        ({"issuer": 7}, Status.OPTION_INVALID, "issuer"),
        ({"issuer": None}, Status.OPTION_INVALID, "issuer.audience"),
        ({"issuer": None, "audience": None}, Status.CONFIG_INCOMPLETE, "issuer"),
        ({"issuers": [Issuer("https://b.example/")]}, Status.OPTION_INVALID, "issuer"),
        ({"issuer": None, "issuers": [Issuer("https://b.example/")]}, Status.OPTION_INVALID, "issuer.audience"),
        ({"issuer": None, "audience": None, "issuers": ["https://b.example/"]}, Status.OPTION_INVALID, "issuer"),
    ],
)
def test_mistakes_are_named(options, status, subject):
    assert refused(**{**GOOD, **options}) == (status, subject)


def test_an_issuers_mistakes_are_named_where_it_is_made():
    for options, subject in (({"nothing": 1}, "nothing"), ({"server_name": "x"}, "server_name")):
        with pytest.raises(mxauth.ConfigurationError) as caught:
            Issuer("https://auth.example.org/", **options)
        assert (caught.value.status, caught.value.subject) == (Status.OPTION_UNKNOWN, subject)
    with pytest.raises(TypeError):
        Issuer()


def test_no_secret_in_errors_and_representations():
    secret = "hunter2-hunter2"
    assert secret not in repr(Issuer("https://auth.example.org/", client_secret=secret))
    for value in (secret + "\n", secret + "\0", [secret], secret.encode()):
        with pytest.raises(mxauth.ConfigurationError) as caught:
            Validator(**GOOD, client_secret=value, transport=False)
        assert secret not in repr(caught.value) and caught.value.subject == "issuer.client_secret"


@pytest.mark.parametrize(
    "options",
    [
        {"leeway": timedelta(minutes=1), "max_token_bytes": 1024, "draft_scopes": True},
        {"leeway": "60", "audience": ["a", "b"]},
        {"audience": {"a", "b"}, "algorithms": ("RS256",)},
        {"audience": frozenset({"a"}), "keys_file": None, "stale_limit": None},
        {"scope_rule": "urn:x : GET /_matrix/client/v3/sync"},
        {"scope_rule": ["urn:x : GET /_matrix/client/v3/sync", "urn:y : GET /_matrix/client/v3/sync"]},
    ],
)
def test_values_that_are_taken(options):
    Validator(**{**GOOD, **options}, transport=False).close()


def test_files_are_paths_or_str(issuer, make, tmp_path):
    import json

    file = tmp_path / "keys.json"
    file.write_text(json.dumps(issuer.issuer.jwks()))
    for path in (file, str(file)):
        assert make(keys=None, keys_file=path).validate(issuer.token())


def test_options_do_what_they_say(make, issuer):
    with pytest.raises(mxauth.SignatureError):
        make(algorithms=["RS256"]).validate(issuer.token("ES256"))
    assert make(algorithms=["RS256", "ES256"]).validate(issuer.token("ES256"))
    with pytest.raises(mxauth.MalformedError):
        make(max_token_bytes=256).validate(issuer.token())


def test_several_issuers(issuer):
    first = Issuer("https://first.example/", audience="x", keys=issuer.issuer.jwks())
    second = Issuer(issuer.url, audience=["x", "https://matrix.example.org/"], keys=issuer.issuer.jwks())
    with Validator(server_name="example.org", issuers=[first, second], transport=False) as validator:
        assert validator.validate(issuer.token()).issuer == 1
        with pytest.raises(mxauth.ClaimsError):
            validator.validate(issuer.token(iss="https://first.example/"))
        assert validator.validate(issuer.token(iss="https://first.example/", aud="x")).issuer == 0


def test_skipped_keys_are_noted(issuer, make, caplog):
    keys = issuer.issuer.jwks()
    keys["keys"].append({"kty": "XYZ", "kid": "odd"})
    with caplog.at_level(logging.WARNING, "test.notes"):
        make(keys=keys, logger=logging.getLogger("test.notes"))
    assert len(caplog.records) == 1 and "1" in caplog.text


def test_a_clock_of_the_hosts_own(make, issuer):
    asked = set()
    now = [issuer.issuer.claims()["iat"]]

    def clock(which):
        asked.add(which)
        return now[0] * 10**9

    validator = make(clock=clock)
    token = issuer.token()
    assert validator.validate(token)
    now[0] += 400
    with pytest.raises(mxauth.ClaimsError) as caught:
        validator.validate(token)
    assert caught.value.status == Status.EXPIRED
    assert asked == {mxauth.Clock.WALL, mxauth.Clock.MONOTONIC}


@pytest.mark.parametrize("wrong", [lambda _: 1 / 0, lambda _: "late", lambda _: 2**70, lambda: 0])
def test_a_clock_that_fails_is_reported_and_the_systems_counts(make, issuer, wrong, monkeypatch):
    unraisable = []
    monkeypatch.setattr("sys.unraisablehook", unraisable.append)
    validator = make(clock=wrong)
    assert validator.validate(issuer.token())
    validator.close()
    assert unraisable


def test_a_validator_is_made_once(make):
    validator = make()
    with pytest.raises(TypeError):
        validator.__init__(**GOOD)
    assert validator.statistics()
