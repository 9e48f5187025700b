# SPDX-License-Identifier: Apache-2.0
"""What the cases of both servers share."""
from ctypes import POINTER, c_char_p, c_int32, c_int64, c_uint32, c_void_p

import mxauth
from harness import Case
from registrations import HOMESERVER, HOMESERVER_SECRET

KIND_JWT, KIND_INTROSPECTED = 1, 2
GRANT_CLIENT_API = 1
REVOKE_TOKEN = 1

_revoke = mxauth.lib.mxauth_revoke
_revoke.restype, _revoke.argtypes = c_int32, [c_void_p, c_uint32, c_char_p, c_int64, POINTER(mxauth.Error)]

CREDENTIALS = (("client_id", HOMESERVER), ("client_secret", HOMESERVER_SECRET))


class ServerCase(Case):
    def validator(self, *options, **more):
        """With time enough for a busy machine: real servers are slower than what the other suites listen with."""
        return super().validator(*options, common=(("exchange_timeout", "30"),), **more)

    def asking(self, *options, server, clock=None):
        """A validator that may introspect, of a homeserver that is registered at `server`."""
        return self.validator(*CREDENTIALS, *options, issuer=server, clock=clock)

    def revoke(self, validator, token):
        self.assertStatus(_revoke(validator.handle, REVOKE_TOKEN, token.encode(), 0, None), mxauth.OK)

    def judged(self, validator, token):
        """The verdict on a token, with the name of its status first."""
        validator.wait(token.encode(), 30_000)
        verdict = validator.verdict(token.encode())
        return mxauth.name(verdict.status), verdict

    def assertJudged(self, validator, token, expected):
        self.assertEqual(self.judged(validator, token)[0], expected)

    def assertGood(self, validator, token, user="@alice:hs.test", device="ABCDEFGHIJ"):
        status, verdict = self.judged(validator, token)
        self.assertEqual(
            (status, verdict.user_id.bytes.decode(), verdict.device_id.bytes.decode()), ("MXAUTH_OK", user, device))
        self.assertEqual(verdict.grants & GRANT_CLIENT_API, GRANT_CLIENT_API)
        return verdict
