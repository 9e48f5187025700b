# SPDX-License-Identifier: Apache-2.0
"""What MAS answers of good tokens."""
STABLE, UNSTABLE = "urn:matrix:client:", "urn:matrix:org.matrix.msc2967.client:"
DEVICE = "AABBCCDDEE"
SUBJECT = "01HFVBY12TMNTYTBV8W921M5FA"
ADMIN = "urn:synapse:admin:*"
INACTIVE_BODY = b'{"active":false}'


def api(prefix=STABLE):
    return prefix + "api:*"


def device(identifier=DEVICE, prefix=STABLE):
    return f"{prefix}device:{identifier}"


def answer(clock, lifetime=300, **more):
    """Of an OAuth token, made now. A member that is None in `more` is left out."""
    now = clock.wall // 1_000_000_000
    whole = {
        "active": True, "scope": " ".join(["openid", api(), device(), api(UNSTABLE), device(prefix=UNSTABLE)]),
        "client_id": "01FJ45AV1EV2MZJS7CXZ9Q3FAR", "username": "alice", "sub": SUBJECT, "token_type": "access_token",
        "exp": now + lifetime, "expires_in": lifetime, "iat": now, "nbf": now, "jti": "01HFVBY2TOKEN"} | more
    return {name: value for name, value in whole.items() if value is not None}


def compat(clock, identifier=DEVICE, **more):
    """Of a compat token: device scopes only for callers that do not know the member device_id."""
    def reply(request):
        scopes = [api(), api(UNSTABLE)]
        if request.header("X-MAS-Supports-Device-Id") != "1":
            scopes += [device(identifier), device(identifier, UNSTABLE)]
        return answer(clock, **{
            "scope": " ".join(scopes), "client_id": "legacy", "device_id": identifier, "jti": None, "exp": None,
            "expires_in": None} | more)
    return reply
