# SPDX-License-Identifier: Apache-2.0
"""Each band of statuses is a class of exceptions; what clients are told is the library's table."""

import json
import pickle
import time

import pytest

import mxauth
from mxauth import Grant, Status, Verdict

CLASS_OF_BAND = {
    1: mxauth.UsageError,
    2: mxauth.MalformedError,
    3: mxauth.SignatureError,
    4: mxauth.ClaimsError,
    5: mxauth.AccessError,
    6: mxauth.IssuerError,
}


@pytest.mark.parametrize("row", mxauth.statuses(), ids=lambda row: row.name)
def test_every_status_has_its_class_and_the_tables_answer(row):
    error = mxauth.error_of(row.status)
    band = CLASS_OF_BAND.get(row.status // 100, mxauth.Error)
    assert isinstance(error, band)
    assert [c for c in CLASS_OF_BAND.values() if isinstance(error, c)] == ([band] if band is not mxauth.Error else [])
    assert isinstance(error, mxauth.TokenError) == (200 <= row.status < 600)
    assert (error.name, error.message, error.subject) == (row.name, row.sentence, "")
    assert (error.http_status, error.errcode, error.soft_logout) == (row.http_status, row.errcode, row.soft_logout)
    assert row.name == f"MXAUTH_{row.status.name}" and row.name in str(error)


def test_special_classes():
    assert type(mxauth.error_of(Status.PENDING)) is mxauth.Pending
    for status in (Status.OPTION_UNKNOWN, Status.OPTION_INVALID, Status.CONFIG_INCOMPLETE, Status.KEY_SET_INVALID):
        assert type(mxauth.error_of(status)) is mxauth.ConfigurationError
    for status in (Status.INPUT_INVALID, Status.GRANT_INVALID):
        assert type(mxauth.error_of(status)) is mxauth.InputError
    assert type(mxauth.error_of(Status.MISUSE)) is mxauth.UsageError


def test_a_status_of_a_newer_library():
    assert Status(499) == 499 and Status(499).name == "UNKNOWN_499"
    with pytest.raises(ValueError):
        Status("EXPIRED")
    with pytest.raises(mxauth.UsageError):
        mxauth.describe(499)


@pytest.mark.parametrize(
    "spoil, kind, status, subject",
    [
        (lambda i: "", mxauth.MalformedError, Status.TOKEN_MISSING, ""),
        (lambda i: "a.b.c", mxauth.MalformedError, Status.TOKEN_MALFORMED, ""),
        (lambda i: i.token()[:-8] + "AAAAAAAA", mxauth.SignatureError, Status.SIGNATURE_INVALID, ""),
        (
            lambda i: i.issuer.sign("ES256", i.issuer.claims(), kid="x"),
            mxauth.SignatureError,
            Status.KEY_UNKNOWN,
            "kid",
        ),
        (lambda i: i.token(exp=int(time.time()) - 100, iat=1), mxauth.ClaimsError, Status.EXPIRED, "exp"),
        (lambda i: i.token(aud="https://other.example/"), mxauth.ClaimsError, Status.AUDIENCE_MISMATCH, "aud"),
        (lambda i: i.token(iss="https://other.example/"), mxauth.ClaimsError, Status.ISSUER_UNKNOWN, "iss"),
        (lambda i: i.token(scope="openid"), mxauth.AccessError, Status.SCOPE_INSUFFICIENT, "scope"),
        (lambda i: i.token(username=None), mxauth.AccessError, Status.USER_MISSING, "username"),
    ],
)
def test_refused_tokens(make, issuer, spoil, kind, status, subject):
    token = spoil(issuer)
    with pytest.raises(kind) as caught:
        make().validate(token)
    error = caught.value
    assert (error.status, error.subject) == (status, subject) and type(error) is kind
    assert isinstance(error.status, Status) and type(error.soft_logout) is bool
    for part in filter(lambda part: len(part) > 8, token.split(".")):
        assert part not in str(error) + repr(error)


def test_an_issuer_that_is_not_there(make):
    validator = make(jwks_uri="http://127.0.0.1:9/jwks.json", issuer="http://127.0.0.1:9/")
    with pytest.raises(mxauth.ClaimsError):
        validator.validate(_unsigned("http://other.example/"))
    with pytest.raises(mxauth.IssuerError) as caught:
        validator.validate(_unsigned("http://127.0.0.1:9/"))
    assert (caught.value.status, caught.value.http_status) == (Status.KEYS_UNAVAILABLE, 503)


def _unsigned(issuer):
    import base64

    def encode(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return ".".join((encode({"alg": "RS256", "typ": "at+jwt", "kid": "k"}), encode({"iss": issuer}), "A" * 342))


def test_errors_survive_pickling(make):
    with pytest.raises(mxauth.Error) as caught:
        make(compat="synapse").validate("x.y.z")
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is type(caught.value) and vars(again) == vars(caught.value) and str(again) == str(caught.value)


def test_compat_changes_the_answers(make, issuer):
    token = issuer.token(exp=int(time.time()) - 100, iat=1)
    answers = {}
    for compat in ("none", "synapse"):
        validator = make(compat=compat)
        with pytest.raises(mxauth.ClaimsError) as caught:
            validator.validate(token)
        error, row = caught.value, validator.describe(Status.EXPIRED)
        assert (error.http_status, error.errcode, error.soft_logout) == (row.http_status, row.errcode, row.soft_logout)
        body = json.loads(validator.reply(error).body)
        assert body["errcode"] == error.errcode and body.get("soft_logout", False) == error.soft_logout
        answers[compat] = error.soft_logout
    assert answers == {"none": True, "synapse": False}


def test_replies(make):
    validator = make()
    status, body, headers = validator.reply(Status.SCOPE_INSUFFICIENT, scope="urn:example:one")
    assert status == 403 and json.loads(body)["errcode"] == "M_FORBIDDEN"
    assert headers[0] == ("Content-Type", "application/json")
    assert headers[1][0] == "WWW-Authenticate" and 'scope="urn:example:one"' in headers[1][1]
    assert [name for name, _ in validator.reply(Status.KEYS_UNAVAILABLE).headers] == ["Content-Type"]
    assert 'realm="example.org"' in validator.reply(Status.TOKEN_MISSING).headers[1][1]
    assert 'realm="Matrix"' in mxauth.reply(mxauth.error_of(Status.TOKEN_MISSING)).headers[1][1]


@pytest.mark.parametrize(
    "status, scope", [(Status.OK, None), (12345, None), (Status.EXPIRED, "x\0y"), (Status.SCOPE_INSUFFICIENT, 'a"b')]
)
def test_replies_that_there_are_not(make, status, scope):
    for reply in (make().reply, mxauth.reply):
        with pytest.raises(mxauth.UsageError):
            reply(status, scope=scope)


@pytest.mark.parametrize(
    "verdict, method, path, status",
    [
        (None, "GET", "/_matrix/client/v3/sync", Status.TOKEN_MISSING),
        (Verdict.of(), "GET", "/_matrix/client/v3/sync", Status.SCOPE_INSUFFICIENT),
        (Verdict.of(grants=Grant.CLIENT_API), "GET", "/_matrix/client/v3/nothing", Status.ENDPOINT_UNKNOWN),
        (Verdict.of(grants=Grant.CLIENT_API), "BREW", "/_matrix/client/v3/sync", Status.METHOD_UNKNOWN),
        (
            Verdict.of(grants=Grant.CLIENT_API | Grant.GUEST),
            "POST",
            "/_matrix/client/v3/delete_devices",
            Status.GUEST_FORBIDDEN,
        ),
        (Verdict.of(grants=Grant.CLIENT_API), "GET", "/_matrix/client/v3/sync\ud800", Status.ENDPOINT_UNKNOWN),
        (Verdict.of(grants=Grant.CLIENT_API), "GET", b"/_matrix/client/v3/sync\0", Status.ENDPOINT_UNKNOWN),
    ],
)
def test_requests_that_are_not_authorized(make, verdict, method, path, status):
    with pytest.raises(mxauth.AccessError if status >= 500 else mxauth.MalformedError) as caught:
        make().authorize(verdict, method, path)
    assert caught.value.status == status


def test_requests_that_are_authorized(make, issuer):
    validator = make()
    verdict = validator.validate(issuer.token())
    validator.authorize(verdict, "GET", "/_matrix/client/v3/sync?since=1")
    validator.authorize(verdict=verdict, method=b"GET", path=b"/_matrix/client/v3/sync")
    validator.authorize(None, "GET", "/_matrix/client/versions")
    validator.authorize(Verdict.of(grants=Grant.CLIENT_API), "GET", "/_matrix/client/v3/account/whoami")
    assert validator.required_scope("GET", "/_matrix/client/v3/sync") == "urn:matrix:client:api:*"


def test_what_a_scope_grants(make):
    validator = make()
    assert validator.scope_grants("openid urn:matrix:client:api:* nothing") == Grant.CLIENT_API | Grant.OPENID
    assert validator.scope_grants("") == Grant(0)
    with pytest.raises(mxauth.AccessError):
        validator.scope_grants("two  spaces")
