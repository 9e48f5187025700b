# SPDX-License-Identifier: Apache-2.0
"""What is no token: refused as such if a client can have sent it, a TypeError if only a programmer can."""

import gc
import sys

import pytest

import mxauth
from mxauth import Status


@pytest.mark.parametrize("value", [None, 3, 1.5, object(), ["x"], bytearray(b"x"), memoryview(b"x"), Ellipsis])
def test_other_types(make, value):
    validator = make()
    calls = [
        validator.validate,
        validator._judge,
        validator.explain,
        validator.claims,
        validator.scope_grants,
        lambda value: validator.authorize(None, value, "/"),
        lambda value: validator.authorize(None, "GET", value),
        lambda value: validator.required_scope("GET", value),
        lambda value: validator.revoke(mxauth.Revoke.USER, value),
        lambda value: validator.revoke_signed(value),
        lambda value: validator.revoke_at_issuer(0, value),
        mxauth.device_id_check,
        mxauth.pkce_challenge,
        mxauth.scope_normalise,
    ]
    for call in calls:
        with pytest.raises(TypeError) as caught:
            call(value)
        assert "0x" not in str(caught.value)
    if value is not None:
        for call in (mxauth.bearer, lambda value: validator.authorize(value, "GET", "/")):
            with pytest.raises(TypeError):
                call(value)


@pytest.mark.parametrize(
    "token, status",
    [
        ("", Status.TOKEN_MISSING),
        (b"", Status.TOKEN_MISSING),
        ("\0", Status.TOKEN_OPAQUE),
        ("a.b\0.c", Status.TOKEN_MALFORMED),
        ("\ud800", Status.TOKEN_OPAQUE),
        ("a.\udcff.c", Status.TOKEN_MALFORMED),
        ("ä.ö.ü", Status.TOKEN_MALFORMED),
        (b"\xff.\xff.\xff", Status.TOKEN_MALFORMED),
        ("x" * 16385, Status.TOKEN_TOO_LARGE),
        ("x" * 2**24, Status.TOKEN_TOO_LARGE),
        ("\ud800" * 2**20, Status.TOKEN_TOO_LARGE),
    ],
)
def test_what_clients_can_send(make, token, status):
    validator = make()
    for call in (validator.validate, validator._judge, validator.claims):
        with pytest.raises(mxauth.MalformedError) as caught:
            call(token)
        assert caught.value.status == status
    assert validator.explain(token)["status"] == status


def test_a_good_token_with_something_behind_it(make, issuer):
    validator, token = make(), issuer.token()
    assert validator.validate(token)
    for spoilt in (token + "\0", token + "\n", token + " ", token + "=", "\ufeff" + token):
        with pytest.raises(mxauth.TokenError):
            validator.validate(spoilt)


@pytest.mark.parametrize(
    "arguments, keywords",
    [
        ((), {}),
        (("a", "b"), {}),
        (("a",), {"token": "a"}),
        (("a",), {"wait": 1}),
        (("a",), {"timeout": 1, "more": 2}),
        ((), {"timeout": 1}),
        (("a",), {"timeout": "soon"}),
        (("a",), {"timeout": None}),
    ],
)
def test_calls_that_make_no_sense(make, arguments, keywords):
    with pytest.raises(TypeError):
        make().validate(*arguments, **keywords)


@pytest.mark.parametrize("timeout", [-1, -1e-9, float("nan"), -float("inf")])
def test_times_that_make_no_sense(make, timeout):
    with pytest.raises(ValueError):
        make().validate("a", timeout=timeout)


@pytest.mark.parametrize("arguments", [(), (None,), (None, "GET"), (None, "GET", "/", "more")])
def test_authorize_takes_three(make, arguments):
    with pytest.raises(TypeError):
        make().authorize(*arguments)


def test_token_by_name(make, issuer):
    assert make().validate(token=issuer.token(), timeout=1e300)


def test_nothing_is_kept(make, issuer):
    """References to arguments are given back, whatever comes of the call."""
    validator = make()
    good = issuer.token()
    path = "/_matrix/client/v3/" + "sync"
    values = [good, good.encode(), good + "x", "\ud800" * 50, "x" * 20000]
    before = [sys.getrefcount(value) for value in values], sys.getrefcount(path)
    for _ in range(300):
        for value in values:
            for call in (validator.validate, validator._judge, validator.claims, validator.explain):
                try:
                    validator.authorize(call(value) if call is validator.validate else None, "GET", path)
                except mxauth.Error:
                    pass
    del value
    gc.collect()
    assert ([sys.getrefcount(value) for value in values], sys.getrefcount(path)) == before


def test_no_object_is_left_over(make, issuer):
    """Also where an argument had to be encoded anew, or the call failed."""
    validator, good = make(), issuer.token()
    calls = [
        lambda: validator.validate(good),
        lambda: validator.validate("\ud800.x"),
        lambda: validator._judge("\ud800.x"),
        lambda: validator.claims("\ud800.x"),
        lambda: validator.explain(good),
        lambda: validator.scope_grants("\ud800 x"),
        lambda: validator.authorize(None, "GET\ud800", "/\ud800"),
        lambda: validator.authorize(None, "GET\ud800", None),
        lambda: validator.required_scope("GET\ud800", "/\ud800"),
        lambda: validator.transaction_key(None, "GET\ud800", "/\ud800"),
        lambda: validator.interactive_auth(None, "GET\ud800", None),
        lambda: validator.device_management(None, "PUT\ud800", "/\ud800"),
        lambda: validator.revoke(mxauth.Revoke.DEVICE, "\ud800"),
        lambda: validator.revoke_signed("\ud800.x.y"),
        lambda: validator.revoke_at_issuer(9, "\ud800", client_id="\ud800"),
        lambda: validator.reply(Status.EXPIRED, scope="\ud800"),
        lambda: validator.complete_exchange(mxauth.Exchange(1, 1, "GET", "", [], None, 1), 200, [("\ud800", "x")]),
        lambda: mxauth.bearer("\ud800", "\ud800"),
        lambda: mxauth.scope_merge("\ud800", "\ud800"),
        lambda: mxauth.pkce_check("\ud800", "\ud800", "\ud800"),
        lambda: mxauth.account_url("\ud800", "\ud800", "\ud800"),
        lambda: mxauth.cross_signing_check("\ud800", "\ud800"),
        lambda: mxauth.device_id_check("\ud800"),
        lambda: mxauth.Verdict.of(user_id="\ud800"),
        validator.statistics,
        validator.metrics,
        validator.next_exchange,
        mxauth.statuses,
        mxauth.options,
    ]

    def left_over(call):
        for _ in range(2):
            gc.collect()
            before = sys.getallocatedblocks()
            for _ in range(300):
                try:
                    call()
                except (mxauth.Error, TypeError, ValueError):
                    pass
            gc.collect()
        return sys.getallocatedblocks() - before

    assert [left_over(call) < 100 for call in calls] == [True] * len(calls)


def test_a_closed_validator(make):
    validator = make()
    validator.close()
    validator.close()
    for call in (
        lambda: validator.validate("x"),
        lambda: validator.authorize(None, "GET", "/"),
        lambda: validator.explain("x"),
        lambda: validator.reply(Status.EXPIRED),
        lambda: validator.event_fd(),
        lambda: validator.statistics(),
        lambda: validator.metrics(),
        lambda: validator.start_transport(),
        lambda: validator.stop_transport(),
        lambda: validator.revoke(mxauth.Revoke.USER, "@a:example.org"),
        lambda: validator.required_scope("GET", "/"),
        lambda: validator.transaction_key(None, "GET", "/"),
        lambda: validator.next_exchange(),
    ):
        with pytest.raises(mxauth.UsageError) as caught:
            call()
        assert caught.value.subject == "validator"


def test_a_validator_that_was_never_made():
    validator = mxauth.Validator.__new__(mxauth.Validator)
    with pytest.raises(mxauth.UsageError):
        validator.validate("x")


@pytest.mark.parametrize(
    "authorization, query, expected",
    [
        ("Bearer abc", None, "abc"),
        (b"bearer  abc", None, "abc"),
        (None, "access_token=abc", "abc"),
        ("Bearer abc", "", "abc"),
        ("Bearer a_b", b"other=1", "a_b"),
        (None, None, Status.TOKEN_MISSING),
        (None, "access%5Ftoken=x%00y", Status.BEARER_MALFORMED),
        ("", None, Status.BEARER_MALFORMED),
        ("Basic abc", None, Status.BEARER_MALFORMED),
        ("Bearer", None, Status.BEARER_MALFORMED),
        ("Bearer a b", None, Status.BEARER_MALFORMED),
        ("Bearer a\0", None, Status.BEARER_MALFORMED),
        ("Bearer \ud800", None, Status.BEARER_MALFORMED),
        ("Bearer a, Bearer b", None, Status.BEARER_AMBIGUOUS),
        ("Bearer a", "access_token=a", Status.BEARER_AMBIGUOUS),
        (None, "access_token=a&access_token=a", Status.BEARER_AMBIGUOUS),
        ("Bearer " + "x" * 2**20, None, Status.TOKEN_TOO_LARGE),
        ("Bearer " + "x" * 10000, None, "x" * 10000),
    ],
)
def test_bearer(make, authorization, query, expected):
    for bearer in (mxauth.bearer, make().bearer):
        if isinstance(expected, str):
            assert bearer(authorization, query) == expected
        else:
            with pytest.raises(mxauth.MalformedError) as caught:
                bearer(authorization, query)
            assert caught.value.status == expected


def test_bearer_of_any_characters():
    with pytest.raises(mxauth.MalformedError):
        mxauth.bearer("Bearer as:token!")
    assert mxauth.bearer("Bearer as:token!", any_characters=True) == "as:token!"
