# SPDX-License-Identifier: Apache-2.0
"""What the cases of both servers share."""
import mxauth
from harness import Case
from registrations import HOMESERVER, HOMESERVER_SECRET

CREDENTIALS = (("client_id", HOMESERVER), ("client_secret", HOMESERVER_SECRET))


class ServerCase(Case):
    def asking(self, *options, server, clock=None):
        """A validator that may introspect, of a homeserver that is registered at `server`."""
        return self.validator(*CREDENTIALS, *options, issuer=server, clock=clock)

    def judged(self, validator, token):
        """The verdict on a token, with the name of its status first."""
        validator.wait(token.encode())
        verdict = validator.verdict(token.encode())
        return mxauth.name(verdict.status), verdict

    def assertJudged(self, validator, token, expected):
        self.assertEqual(self.judged(validator, token)[0], expected)

    def assertGood(self, validator, token, user="@alice:hs.test", device="ABCDEFGHIJ"):
        status, verdict = self.judged(validator, token)
        self.assertEqual(
            (status, verdict.user_id.bytes.decode(), verdict.device_id.bytes.decode()), ("MXAUTH_OK", user, device))
        self.assertEqual(verdict.grants & mxauth.CLIENT_API, mxauth.CLIENT_API)
        return verdict
