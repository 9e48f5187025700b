# SPDX-License-Identifier: Apache-2.0
"""From the next call on, whatever has been cached."""

import pytest

import mxauth
from mxauth import Revoke, Status, TokenHint


def refused(validator, token):
    with pytest.raises(mxauth.ClaimsError) as caught:
        validator.validate(token)
    return caught.value.status == Status.REVOKED


@pytest.mark.parametrize(
    "kind, value",
    [
        (Revoke.TOKEN, None),
        (Revoke.JTI, "jti-1"),
        (Revoke.SESSION, b"sid-1"),
        (Revoke.DEVICE, "@alice:example.org ABCDEFGHIJ"),
        (Revoke.USER, "@alice:example.org"),
        (Revoke.SUBJECT, "01HXYZ"),
        (Revoke.ISSUER, ""),
    ],
)
def test_kinds(make, issuer, kind, value):
    validator = make()
    token = issuer.token(jti="jti-1", sid="sid-1")
    for _ in range(3):
        validator.validate(token)
    validator.revoke(kind, {Revoke.TOKEN: token, Revoke.ISSUER: issuer.url}.get(kind, value))
    assert refused(validator, token)
    assert validator.statistics().revocations == 1


def test_a_device_by_its_two_names(make, issuer):
    validator, other = make(), issuer.token(scope="urn:matrix:client:api:* urn:matrix:client:device:OTHERDEVICE")
    validator.revoke_device("@alice:example.org", "ABCDEFGHIJ")
    assert refused(validator, issuer.token()) and validator.validate(other)


def test_not_before(make, issuer):
    validator, claims = make(), issuer.issuer.claims()
    validator.revoke(Revoke.USER, "@alice:example.org", not_before=claims["iat"] - 10)
    assert validator.validate(issuer.issuer.sign("ES256", claims))
    assert refused(validator, issuer.issuer.sign("ES256", {**claims, "iat": claims["iat"] - 10}))


@pytest.mark.parametrize(
    "kind, value, error",
    [
        (99, "x", mxauth.UsageError),
        (Revoke.DEVICE, "nonsense", mxauth.UsageError),
        (Revoke.USER, "x\0y", mxauth.InputError),
        (Revoke.ISSUER, "https://other.example/", mxauth.ClaimsError),
        (Revoke.USER, None, TypeError),
        ("USER", "x", TypeError),
    ],
)
def test_what_cannot_be_revoked(make, kind, value, error):
    validator = make()
    with pytest.raises(error):
        validator.revoke(kind, value)
    assert validator.statistics().revocations == 0


def test_logging_out_at_the_issuer(introspecting, issuer):
    validator, token = introspecting(issuer), issuer.opaque_token()
    verdict = validator.validate(token)
    validator.revoke_at_issuer(verdict, token, hint=TokenHint.ACCESS, client_id=verdict.client_id)
    assert refused(validator, token)
    with pytest.raises(mxauth.ClaimsError) as caught:
        introspecting(issuer).validate(token)
    assert caught.value.status == Status.TOKEN_INACTIVE


def test_logging_out_where_that_is_not_possible(make, introspecting, issuer, gated):
    validator = introspecting(gated)
    gated.gate("/revoke")
    with pytest.raises(mxauth.Pending):
        validator.revoke_at_issuer(0, "token", timeout=0)
    with pytest.raises(mxauth.IssuerError) as caught:
        validator.revoke_at_issuer(0, "token", timeout=0.1)
    assert caught.value.status == Status.TIMED_OUT
    with pytest.raises(mxauth.ClaimsError):
        validator.revoke_at_issuer(7, "token")
    with pytest.raises(mxauth.InputError):
        validator.revoke_at_issuer(0, "token", client_id="a\0b")
    with pytest.raises(mxauth.ConfigurationError):
        make(issuer).revoke_at_issuer(0, "token")


def test_notices(make, issuer):
    validator = make()
    token = issuer.token(sid="sid-1")
    events = {"http://schemas.openid.net/event/backchannel-logout": {}}
    claims = issuer.issuer.claims(sid="sid-1", jti="n1", events=events, scope=None, username=None)
    notice = issuer.issuer.sign("ES256", claims, typ="logout+jwt")
    validator.validate(token)
    validator.revoke_signed(notice)
    assert refused(validator, token)
    with pytest.raises(mxauth.ClaimsError) as caught:
        validator.revoke_signed(notice)
    assert caught.value.status == Status.NOTICE_REPLAYED
    with pytest.raises(mxauth.MalformedError):
        validator.revoke_signed(token)
    with pytest.raises(mxauth.MalformedError):
        validator.revoke_signed("")
