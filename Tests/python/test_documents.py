# SPDX-License-Identifier: Apache-2.0
"""The functions on documents, scopes and grants give back what the library says, and raise what it refuses."""

import json

import pytest

import mxauth
from mxauth import (
    UIA,
    AppserviceDecision,
    CrossSigning,
    DeviceDecision,
    DeviceGrant,
    DeviceGrantDecision,
    DevicePoll,
    Grant,
    InputError,
    Kind,
    LoginAction,
    LoginFlow,
    RefreshAction,
    RefreshEvent,
    RefreshState,
    Status,
    Verdict,
)

API = "urn:matrix:client:api:*"
DEVICE = "urn:matrix:client:device:ABCDEFGHIJ"
CLIENT = {
    "client_name": "A client",
    "client_uri": "https://client.example/",
    "redirect_uris": ["https://client.example/callback"],
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
    "token_endpoint_auth_method": "none",
    "application_type": "web",
}
DISCOVERY = {
    "issuer": "https://auth.example.org/",
    "authorization_endpoint": "https://auth.example.org/authorize",
    "token_endpoint": "https://auth.example.org/token",
    "revocation_endpoint": "https://auth.example.org/revoke",
    "registration_endpoint": "https://auth.example.org/register",
    "jwks_uri": "https://auth.example.org/jwks",
    "response_types_supported": ["code"],
    "response_modes_supported": ["query", "fragment"],
    "grant_types_supported": ["authorization_code", "refresh_token"],
    "code_challenge_methods_supported": ["S256"],
    "account_management_uri": "https://auth.example.org/account",
    "account_management_actions_supported": ["org.matrix.profile", "org.matrix.device_view"],
}
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def forms(document):
    text = json.dumps(document)
    return document, text, text.encode()


@pytest.mark.parametrize("client", forms(CLIENT), ids=type)
def test_registration(client):
    report = mxauth.registration_check(client)
    assert report["valid"] and report["metadata"]["redirect_uris"] == CLIENT["redirect_uris"]
    report = mxauth.registration_check({**CLIENT, "redirect_uris": ["http://client.example/"]})
    assert not report["valid"] and report["error"] == "invalid_redirect_uri"


def test_metadata():
    assert mxauth.metadata_check(DISCOVERY, "https://auth.example.org/")["valid"]
    assert not mxauth.metadata_check(DISCOVERY, "https://other.example.org/")["valid"]
    merged = mxauth.metadata_merge(DISCOVERY, {"account_management_uri": None})
    assert merged["issuer"] == DISCOVERY["issuer"] and "account_management_uri" not in merged
    assert "account_management_uri" in mxauth.metadata_merge(json.dumps(DISCOVERY))
    with pytest.raises(InputError):
        mxauth.metadata_merge({})
    with pytest.raises(InputError):
        mxauth.metadata_check(DISCOVERY, "https://auth.example.org/\0")


def test_logins():
    flows = mxauth.login_flows(LoginFlow.SSO | LoginFlow.OAUTH_AWARE_PREFERRED, [{"id": "a", "name": "A"}])
    assert {flow["type"] for flow in flows["flows"]} == {"m.login.sso", "m.login.token"}
    assert mxauth.login_flows(LoginFlow.PASSWORD)["flows"] == [{"type": "m.login.password"}]
    with pytest.raises(InputError):
        mxauth.login_flows(LoginFlow.OAUTH_AWARE_PREFERRED)
    assert mxauth.login_action("redirectUrl=x&action=register") is LoginAction.REGISTER
    assert mxauth.login_action(b"action=login") is LoginAction.LOGIN
    assert mxauth.login_action("") is LoginAction.NONE


def test_account_urls():
    assert mxauth.account_url("https://auth.example.org/account") == "https://auth.example.org/account"
    url = mxauth.account_url(DISCOVERY, "org.matrix.device_view", "ABC")
    assert url == "https://auth.example.org/account?action=org.matrix.device_view&device_id=ABC"
    for action, device in (("org.matrix.device_view", None), ("nothing", None), ("org.matrix.profile", "ABC")):
        with pytest.raises(InputError):
            mxauth.account_url(DISCOVERY, action, device)


def test_cross_signing():
    key = {"user_id": "@a:example.org", "usage": ["master"], "keys": {"ed25519:x": "x"}}
    assert mxauth.cross_signing_check({}, {"master_key": key}) is CrossSigning.FIRST
    assert mxauth.cross_signing_check({"master_key": key}, json.dumps({"master_key": key})) is CrossSigning.UNCHANGED
    assert mxauth.cross_signing_check({"master_key": key}, {"master_key": {**key, "usage": []}}) is CrossSigning.UIA
    stage = mxauth.cross_signing_stage("https://auth.example.org/account", "session1")
    assert stage["session"] == "session1" and "errcode" not in stage
    assert mxauth.cross_signing_stage(DISCOVERY, "session1", repeated=True)["errcode"] == "M_FORBIDDEN"
    assert mxauth.cross_signing_retry({"auth": {"session": "session1"}}) == "session1"
    assert mxauth.cross_signing_retry({}) == ""
    for body in ({"auth": {}}, "[]", b"\xff", "{", '{"a": 1, "a": 2}'):
        with pytest.raises(InputError):
            mxauth.cross_signing_retry(body)
    for session in ("", "x" * 256, "a\0b", "ä"):
        with pytest.raises(InputError):
            mxauth.cross_signing_stage("https://auth.example.org/account", session)


def test_appservices():
    assert mxauth.appservice_registration({"inhibit_login": True}) is AppserviceDecision.REGISTERS
    assert mxauth.appservice_registration({}) is AppserviceDecision.LOGIN_UNSUPPORTED
    with pytest.raises(InputError):
        mxauth.appservice_registration("[]")


def test_scopes():
    unstable = API.replace("client", "org.matrix.msc2967.client")
    report = mxauth.scope_inspect(f"openid {API} {DEVICE}", login=True)
    assert report["valid"] and Grant(report["grants"]) == Grant.OPENID | Grant.CLIENT_API
    assert report["device_id"] == "ABCDEFGHIJ"
    assert not mxauth.scope_inspect(API, login=True)["valid"]
    assert mxauth.scope_normalise(f"{unstable} {API}") == API
    assert mxauth.scope_normalise(API, both_spellings=True) == f"{API} {unstable}"
    assert mxauth.scope_narrow(f"{API} {DEVICE}", API) == API
    assert mxauth.scope_narrow(API) == API
    assert mxauth.scope_merge(API, DEVICE) == f"{API} {DEVICE}"
    with pytest.raises(mxauth.AccessError) as caught:
        mxauth.scope_narrow(API, "openid")
    assert caught.value.status == Status.SCOPE_WIDENED
    with pytest.raises(mxauth.AccessError):
        mxauth.scope_merge(DEVICE, DEVICE + "X")
    with pytest.raises(mxauth.AccessError):
        mxauth.scope_normalise("a\0b")
    with pytest.raises(InputError):
        mxauth.scope_normalise("x" * 65537)


def test_devices():
    assert mxauth.device_id_check("ABCDEFGHIJ")["valid"] and not mxauth.device_id_check("")["valid"]
    made = {mxauth.device_id_generate() for _ in range(100)}
    assert len(made) == 100 and {len(device) for device in made} == {16}


def test_pkce():
    assert mxauth.pkce_challenge(VERIFIER) == CHALLENGE
    mxauth.pkce_check(VERIFIER, CHALLENGE)
    with pytest.raises(InputError) as caught:
        mxauth.pkce_check(VERIFIER[:-1] + "A", CHALLENGE)
    assert caught.value.status == Status.GRANT_INVALID
    for verifier, challenge, method in (
        (VERIFIER, CHALLENGE, "plain"),
        (VERIFIER, CHALLENGE, None),
        (VERIFIER, CHALLENGE, "S256\0"),
        ("short", CHALLENGE, "S256"),
        (VERIFIER, "short", "S256"),
        (VERIFIER + "\0", CHALLENGE, "S256"),
    ):
        with pytest.raises(InputError) as caught:
            mxauth.pkce_check(verifier, challenge, method)
        assert caught.value.status == Status.INPUT_INVALID


def test_authorization_requests():
    client = {**mxauth.registration_check(CLIENT)["metadata"], "client_id": "c1"}
    query = (
        "response_type=code&response_mode=fragment&client_id=c1&state=st4te-st4te"
        "&redirect_uri=https%3A%2F%2Fclient.example%2Fcallback"
        f"&scope={API}%20{DEVICE}&code_challenge={CHALLENGE}&code_challenge_method=S256"
    ).replace("*", "%2A")
    report = mxauth.authorization_check(query, client)
    assert report["valid"], report
    assert report["request"]["device_id"] == "ABCDEFGHIJ"
    report = mxauth.authorization_check(query.replace("S256", "plain"), client)
    assert not report["valid"] and report["redirect"] and report["reply"]["state"] == "st4te-st4te"
    assert not mxauth.authorization_check(query.replace("client_id=c1", "client_id=c2"), client)["redirect"]
    with pytest.raises(InputError):
        mxauth.authorization_check("x" * 65537, client)
    with pytest.raises(InputError):
        mxauth.authorization_check(query, "[]")


def test_refresh_tokens_rotate():
    first = RefreshState()
    second, outcome = first.step(RefreshEvent.USE_REFRESH, 1)
    assert (outcome.action, outcome.issued) == (RefreshAction.ISSUE, 2) and first == RefreshState()
    again, outcome = second.step(RefreshEvent.USE_REFRESH, 1)
    assert (outcome.action, outcome.issued, outcome.retired) == (RefreshAction.ISSUE, 3, (2,))
    used, outcome = again.step(RefreshEvent.USE_ACCESS, 3)
    assert (outcome.action, outcome.retired) == (RefreshAction.ALLOW, (1,))
    ended, outcome = used.step(RefreshEvent.USE_REFRESH, 1)
    assert outcome.action is RefreshAction.REVOKE_SESSION and ended.revoked
    assert ended.step(RefreshEvent.USE_ACCESS, 3)[1].action is RefreshAction.REFUSE
    assert used.step(RefreshEvent.REVOKE)[0].revoked
    for generation in (0, 9, 2**64 - 1):
        with pytest.raises(InputError):
            first.step(RefreshEvent.USE_REFRESH, generation)
    with pytest.raises(mxauth.UsageError):
        first.step(99, 1)


def test_device_codes_are_polled():
    grant = DeviceGrant(expires_at=1000, interval=5)
    grant, outcome = grant.poll(100)
    assert outcome is DevicePoll.PENDING and mxauth.device_grant_error(outcome) == "authorization_pending"
    hasty, outcome = grant.poll(101)
    assert outcome is DevicePoll.SLOW_DOWN and hasty.interval == 10
    assert grant.decided(DeviceGrantDecision.DENIED).poll(110)[1] is DevicePoll.DENIED
    done, outcome = grant.decided(DeviceGrantDecision.APPROVED).poll(110)
    assert outcome is DevicePoll.ISSUE and mxauth.device_grant_error(outcome) == "" and done.redeemed
    assert done.poll(120)[1] is DevicePoll.REDEEMED
    expired, outcome = grant.poll(1000)
    assert outcome is DevicePoll.EXPIRED and expired.expired and expired.poll(50)[1] is DevicePoll.EXPIRED
    with pytest.raises(InputError):
        grant.poll(-1)


def test_keys(issuer):
    report = mxauth.inspect_keys(issuer.issuer.jwks())
    assert report["usable"] == 3 and {key["kty"] for key in report["keys"]} == {"RSA", "EC", "OKP"}
    for keys in ("", "nonsense", b"\xff", {"keys": 3}):
        with pytest.raises(mxauth.ConfigurationError):
            mxauth.inspect_keys(keys)


def test_texts_of_any_size():
    """Longer than the room that is there at first."""
    keys = {"keys": [{"kty": "XYZ", "kid": f"{number:0200}"} for number in range(200)]}
    assert mxauth.inspect_keys(keys)["skipped"] == 200
    scope = " ".join(f"urn:example:{number:060}" for number in range(800))
    assert mxauth.scope_normalise(scope) == scope
    assert len(mxauth.scope_inspect(scope)["tokens"]) == 800


HOSTS_OWN = Verdict.of(grants=Grant.CLIENT_API, user_id="@a:example.org", device_id="D")
OAUTH = Verdict.of(grants=Grant.CLIENT_API, user_id="@a:example.org", device_id="D", kind=Kind.JWT)
SEND = "/_matrix/client/v3/rooms/!r:example.org/send/m.room.message/txn%201"


def test_requests(make):
    validator = make()
    assert validator.transaction_key(OAUTH, "PUT", SEND).startswith("@a:example.org D PUT ")
    with pytest.raises(InputError):
        validator.transaction_key(OAUTH, "GET", "/_matrix/client/v3/sync")
    with pytest.raises(mxauth.MalformedError):
        validator.transaction_key(None, "PUT", SEND)
    upload = "POST", "/_matrix/client/v3/keys/device_signing/upload"
    assert validator.interactive_auth(OAUTH, *upload)[0] is UIA.CROSS_SIGNING
    assert validator.interactive_auth(HOSTS_OWN, *upload)[0] is UIA.LEGACY_CROSS_SIGNING
    need, action = validator.interactive_auth(OAUTH, "POST", "/_matrix/client/v3/account/deactivate")
    assert need is UIA.ELSEWHERE and "account_deactivate" in action
    device = "PUT", "/_matrix/client/v3/devices/D"
    assert validator.device_management(OAUTH, *device, exists=True) is DeviceDecision.UPDATE
    assert validator.device_management(OAUTH, *device) is DeviceDecision.NOT_FOUND
    with pytest.raises(InputError):
        validator.device_management(OAUTH, "GET", "/_matrix/client/v3/sync")
    with pytest.raises(mxauth.AccessError):
        validator.interactive_auth(OAUTH, "GET", "/nothing")


def test_explanations(make, issuer):
    explanation = make().explain(issuer.token(aud="https://other.example/"))
    assert explanation["name"] == "MXAUTH_AUDIENCE_MISMATCH" and not explanation["checks"][-1]["passed"]
    assert make().explain(issuer.token())["verdict"]["user_id"] == "@alice:example.org"


def test_claims(make, issuer):
    claims = issuer.issuer.claims(extra=["ä", "x" * 5000])
    assert make().claims(issuer.issuer.sign("ES256", claims)) == claims
