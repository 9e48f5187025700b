# SPDX-License-Identifier: Apache-2.0
"""The scenarios of Synapse's tests/handlers/test_oauth_delegation.py as a table.

Not here, as they are no matter of a token validator:
- test_uia_endpoints, test_3pid_endpoints, test_account_management_endpoints_removed,
  test_registration_endpoints_removed, test_session_management_endpoints_removed,
  test_device_management_endpoints_removed, test_openid_endpoints_removed, test_admin_api_endpoints_removed:
  which routes a homeserver has.
- test_cross_signing: user-interactive authentication of one route.
- test_admin_token: a static secret is compared before a token gets to a validator; ours has none.
- test_request_tracking: what a homeserver counts and stores about requests.
"""
from dataclasses import dataclass, field

import mxauth
from answers import ADMIN, DEVICE, api, device
from homeserver import Outcome
from issuer import Reply

ALICE = "@alice:hs.test"
# As Synapse's tests have it: nothing but what the scenario is about. None leaves a member out.
BARE = {name: None for name in ("client_id", "token_type", "exp", "iat", "nbf", "jti", "expires_in", "scope")}

GOOD = Outcome(200, "", False, ALICE, DEVICE)
NO_DEVICE = Outcome(200, "", False, ALICE)
ADMINISTRATOR = Outcome(200, "", False, ALICE, "", True)
INVALID = Outcome(401, "M_UNKNOWN_TOKEN", False)
FORBIDDEN = Outcome(403, "M_FORBIDDEN")
FAULT = Outcome(500, "M_FORBIDDEN")
UNAVAILABLE = Outcome(503, "M_UNKNOWN")


@dataclass
class Scenario:
    name: str
    outcome: Outcome             # by default
    synapse: Outcome             # with compat = synapse
    status: int = mxauth.OK      # the validator's own
    members: dict = field(default_factory=dict)
    broken: Reply = None         # in place of any answer


def of_tokens(prefix):
    """Of class MasAuthDelegation, then of class MSC3861OAuthDelegation (before Synapse 1.157)."""
    user = {"scope": api(prefix)}
    both = {"scope": f"{api(prefix)} {device(prefix=prefix)}"}
    missing, insufficient = mxauth.USER_MISSING, mxauth.SCOPE_INSUFFICIENT
    return [
        Scenario("test_simple_introspection", GOOD, GOOD, members=both | {"expires_in": 60}),
        Scenario("test_unexpiring_token", GOOD, GOOD, members=both),
        Scenario("test_missing_scope", FORBIDDEN, INVALID, insufficient, {"scope": "openid"}),
        Scenario("test_device_id_in_body", GOOD, GOOD, members=user | {"device_id": DEVICE}),
        Scenario(
            "test_admin_scope", ADMINISTRATOR, ADMINISTRATOR,
            members={"scope": f"{ADMIN} {api(prefix)}", "expires_in": 60}),

        Scenario("test_inactive_token", INVALID, INVALID, mxauth.TOKEN_INACTIVE, {"active": False, "username": None}),
        Scenario("test_active_no_scope", FORBIDDEN, INVALID, insufficient, {}),
        # 401 in that class, which looked for sub only; today's Synapse looks for username and answers 500.
        Scenario(
            "test_active_user_no_subject", FORBIDDEN, FAULT, missing, user | {"sub": None, "username": None}),
        Scenario("test_active_no_user_scope", FORBIDDEN, INVALID, insufficient, {"scope": device(prefix=prefix)}),
        Scenario("test_active_admin_not_user", FORBIDDEN, INVALID, insufficient, {"scope": ADMIN}),
        Scenario(
            "test_active_admin", ADMINISTRATOR, ADMINISTRATOR, members={"scope": f"{ADMIN} {api(prefix)}"}),
        Scenario(
            "test_active_admin_highest_privilege", ADMINISTRATOR, ADMINISTRATOR,
            members={"scope": f"{ADMIN} {api(prefix)} openid"}),
        Scenario("test_active_user", NO_DEVICE, NO_DEVICE, members=user),
        Scenario("test_active_user_with_device", GOOD, GOOD, members=both),
        Scenario(
            "test_active_user_with_device_explicit_device_id", GOOD, GOOD, members=user | {"device_id": DEVICE}),
        Scenario(
            "test_multiple_devices", FORBIDDEN, FAULT, mxauth.DEVICE_AMBIGUOUS,
            {"scope": " ".join([api(prefix), device("AABBCC", prefix), device("DDEEFF", prefix)])}),
    ]


def of_faults():
    cases = [
        ("test_invalid_response", Reply({}), mxauth.ANSWER_INVALID),
        ("test_unavailable_introspection_endpoint: 500", Reply({}, 500), mxauth.ISSUER_UNAVAILABLE),
        ("test_unavailable_introspection_endpoint: array", Reply(["array"]), mxauth.ANSWER_INVALID),
        ("test_unavailable_introspection_endpoint: string", Reply("string"), mxauth.ANSWER_INVALID),
    ]
    return [
        Scenario(name, UNAVAILABLE, UNAVAILABLE, status, broken=reply) for name, reply, status in cases]
