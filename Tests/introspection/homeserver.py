# SPDX-License-Identifier: Apache-2.0
"""What a server that embeds the library does with it: validate, then look into tables of its own."""
from dataclasses import dataclass

import mxauth


@dataclass(frozen=True)
class Outcome:
    """An HTTP answer, and for a good token the requester."""
    http: int
    errcode: str = ""
    soft_logout: bool = False
    user: str = ""
    device: str = ""
    admin: bool = False


class Homeserver:
    def __init__(self, validator, users, devices):
        """`users`: full user IDs. `devices`: pairs of user and device ID."""
        self.validator, self.users, self.devices = validator, set(users), set(devices)

    def refuse(self, status):
        info = self.validator.describe(status)
        return Outcome(info.http_status, info.errcode.decode(), bool(info.soft_logout))

    def request(self, token):
        status = self.validator.wait(token)
        if status != mxauth.OK:
            return self.refuse(status)
        verdict = self.validator.verdict(token)
        assert verdict.status == mxauth.OK, "what was just accepted is so still"
        user, device = verdict.user_id.bytes.decode(), verdict.device_id.bytes.decode()
        if user not in self.users:
            return self.refuse(mxauth.USER_INVALID)
        if device and (user, device) not in self.devices:
            # As if it had been deleted a moment ago: whatever token it has is no longer good.
            self.validator.revoke(mxauth.REVOKE_DEVICE, f"{user} {device}".encode())
            return self.refuse(mxauth.REVOKED)
        return Outcome(200, "", False, user, device, bool(verdict.grants & mxauth.GRANT_SYNAPSE_ADMIN))
