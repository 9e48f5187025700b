# SPDX-License-Identifier: Apache-2.0
"""libmxauth behind its C ABI, set up as docs/opaque-tokens.md has it for MAS, with `compat = synapse`."""
import mxauth
from drivers import DRIVER
from endpoint import SECRET
from homeserver import Outcome

# What its clock says; Synapse's is the machine's, and none of the answers' members that Synapse reads is a date.
NOW = 1_800_000_000
# Seconds: what it forgives, and the last that it takes for a date.
LEEWAY, LATEST = 30, 253_402_300_799


class Library:
    def __init__(self, world, server):
        self._clock = mxauth.Clock()
        self._clock.wall = NOW * mxauth.SECOND
        self.validator = mxauth.Validator([
            ("server_name", server), ("allow_http", "loopback"), ("compat", "synapse"),
            ("issuer", world.issuer.origin), ("issuer.tokens", "opaque"), ("issuer.opaque_form", "mas"),
            ("issuer.introspection_uri", world.endpoint.url), ("issuer.client_auth", "bearer"),
            ("issuer.client_secret", SECRET), ("issuer.any_audience", "true"),
            # Many of the answers are failures of the issuer; here they are not to silence it.
            ("issuer.breaker_threshold", "1000")], self._clock)
        self._driver = DRIVER(self.validator, None)

    def judge(self, token):
        status = self.validator.wait(token)
        if status != mxauth.OK:
            info = self.validator.describe(status)
            return Outcome(info.http_status, info.errcode.decode(), bool(info.soft_logout))
        verdict = self.validator.verdict(token)
        assert verdict.status == mxauth.OK and verdict.grants & mxauth.GRANT_CLIENT_API, mxauth.name(verdict.status)
        return Outcome(
            200, "", False, text(verdict.user_id), text(verdict.device_id),
            bool(verdict.grants & mxauth.GRANT_SYNAPSE_ADMIN))

    def stop(self):
        self._driver.stop()
        self.validator.close()


def text(field):
    value = field.bytes
    assert len(value) == field.length, "no NUL inside"
    return value.decode()
