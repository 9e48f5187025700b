# SPDX-License-Identifier: Apache-2.0
import copy
import pickle
import sys

import pytest

import mxauth
from mxauth import Grant, Kind, Verdict

FIELDS = {
    "kind": Kind.INTROSPECTED,
    "grants": Grant.CLIENT_API | Grant.operator(31),
    "expires_at": 2**40,
    "issued_at": -1,
    "issuer": 3,
    "user_id": "@älice:example.org",
    "device_id": "DEVICE",
    "subject": "s\0s",
    "client_id": "c" * 255,
    "unknown_scopes": True,
}


def test_of_a_token(make, issuer):
    claims = issuer.issuer.claims()
    verdict = make().validate(issuer.issuer.sign("ES256", claims))
    assert (verdict.user_id, verdict.device_id) == ("@alice:example.org", "ABCDEFGHIJ")
    assert (verdict.subject, verdict.client_id) == (claims["sub"], claims["client_id"])
    assert (verdict.issued_at, verdict.expires_at, verdict.issuer) == (claims["iat"], claims["exp"], 0)
    assert (verdict.kind, verdict.grants) == (Kind.JWT, Grant.CLIENT_API | Grant.OPENID)
    assert (verdict.cached, verdict.unknown_scopes) == (False, False)


def test_the_second_is_cached_and_equal(make, issuer):
    validator, token = make(), issuer.token()
    first, second = validator.validate(token), validator.validate(token)
    assert (first.cached, second.cached) == (False, True)
    assert first == second and hash(first) == hash(second) and not first != second


def test_a_host_makes_its_own():
    verdict = Verdict.of(**FIELDS)
    assert {name: getattr(verdict, name) for name in FIELDS} == FIELDS
    assert type(verdict.grants) is Grant and type(verdict.kind) is Kind
    empty = Verdict.of()
    assert (empty.user_id, empty.grants, empty.kind, empty.cached) == ("", Grant(0), Kind.NONE, False)


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_counts_in_comparisons(field):
    other = Verdict.of(**{name: value for name, value in FIELDS.items() if name != field})
    assert Verdict.of(**FIELDS) == Verdict.of(**FIELDS)
    assert other != Verdict.of(**FIELDS)
    assert hash(Verdict.of(**FIELDS)) == hash(Verdict.of(**FIELDS)) != hash(other)


def test_compared_with_something_else():
    assert Verdict.of() != 1 and Verdict.of() is not None
    with pytest.raises(TypeError):
        Verdict.of() < Verdict.of()


@pytest.mark.parametrize("field", [*FIELDS, "cached", "status", "anything"])
def test_nothing_can_be_written(field):
    verdict = Verdict.of(**FIELDS)
    with pytest.raises(AttributeError):
        setattr(verdict, field, 0)
    with pytest.raises(AttributeError):
        delattr(verdict, field)
    assert not hasattr(verdict, "__dict__")


def test_none_is_made_otherwise_and_none_derived():
    with pytest.raises(TypeError):
        Verdict()
    with pytest.raises(TypeError):
        type("Mine", (Verdict,), {})
    with pytest.raises(TypeError):
        Verdict.of(1)
    with pytest.raises(TypeError):
        Verdict.of(nothing=1)


@pytest.mark.parametrize(
    "field, value, error",
    [
        ("user_id", "x" * 256, ValueError),
        ("user_id", "ä" * 128, ValueError),
        ("subject", "\ud800", ValueError),
        ("client_id", b"bytes", TypeError),
        ("device_id", None, TypeError),
        ("grants", "1", TypeError),
        ("expires_at", 2**63, OverflowError),
    ],
)
def test_values_that_are_refused(field, value, error):
    with pytest.raises(error):
        Verdict.of(**{field: value})


def test_copies_and_pickles_are_equal(make, issuer):
    for verdict in (Verdict.of(**FIELDS), make().validate(issuer.token())):
        assert pickle.loads(pickle.dumps(verdict)) == verdict
        assert copy.deepcopy(verdict) == copy.copy(verdict) == verdict


def test_repr_tells_user_and_grants_and_no_token(make, issuer):
    token = issuer.token()
    text = repr(make().validate(token))
    assert "@alice:example.org" in text and "CLIENT_API" in text
    assert not any(part in text for part in token.split("."))


def test_memory_is_used_again_and_not_shared():
    verdicts = [Verdict.of(user_id=f"@u{number}:x") for number in range(100)]
    assert [verdict.user_id for verdict in verdicts] == [f"@u{number}:x" for number in range(100)]
    del verdicts
    again = [Verdict.of() for _ in range(100)]
    assert {verdict.user_id for verdict in again} == {""}


def test_references_are_given_back():
    before = sys.getrefcount(Verdict)
    for _ in range(1000):
        Verdict.of(**FIELDS)
        with pytest.raises(ValueError):
            Verdict.of(user_id="x" * 256)
    assert sys.getrefcount(Verdict) <= before + 1


def test_operator_grants_are_those_of_scope_rules(make, issuer):
    validator = make(scope_rule=[f"urn:example:{n} : GET /_matrix/client/v3/{n}" for n in ("sync", "devices")])
    verdict = validator.validate(issuer.token(scope="urn:example:devices"))
    assert verdict.grants == Grant.operator(1)
    with pytest.raises(ValueError):
        Grant.operator(32)
    with pytest.raises(ValueError):
        Grant.operator(-1)


def test_mxauth_version():
    assert mxauth.version() == mxauth.__version__
