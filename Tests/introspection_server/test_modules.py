# SPDX-License-Identifier: Apache-2.0
"""What Synapse's module interface is good for where access tokens are concerned: nothing, as the README has it."""

import tempfile
import unittest
from pathlib import Path

from issuers import Issuer
from processes import IntrospectionServer, Synapse, request


def module(name, **config):
    return f"modules: [{{module: {name}, config: {config}}}]"


class Modules(unittest.TestCase):
    def setUp(self):
        self.issuer = Issuer()
        self.addCleanup(self.issuer.stop)

    def start(self, more):
        synapse = Synapse(more)
        self.addCleanup(synapse.__exit__)
        server = IntrospectionServer(self.issuer.of_jwts(), synapse.url).start()
        self.addCleanup(server.__exit__)
        return synapse.start(server.url)

    def test_password_providers_are_refused_beside_mas(self):
        with self.assertRaisesRegex(AssertionError, "Cannot use password auth provider callbacks"):
            self.start(module("probe.CheckingPasswords"))

    def test_no_callback_hears_of_tokens(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        calls = Path(folder.name) / "calls"
        synapse = self.start(module("probe.Everything", file=str(calls)))
        registered = calls.read_text().split()[1:]
        self.assertGreater(len(registered), 35)
        for expected in ("is_user_expired", "check_event_allowed", "user_may_join_room", "check_login_for_spam"):
            self.assertIn(expected, registered)
        token = self.issuer.jwt("PROBEDEVICE1", user="probed")
        self.assertEqual(synapse.whoami(token)[0], 200)
        calls.write_text("")
        self.assertEqual(synapse.whoami(token)[0], 200)
        self.assertEqual(synapse.whoami(self.issuer.jwt("PROBEDEVICE1", user="probed"))[0], 200)
        self.assertEqual(synapse.whoami(self.issuer.jwt(lifetime=-600))[0], 401)
        self.assertEqual(calls.read_text(), "", "neither for a token that is cached nor for another")

        # The one method about tokens expects an answer of Synapse's older kind, and fails.
        status, outcome, _ = request(synapse.url + "_probe", "POST", body=token.encode())
        self.assertEqual((status, outcome), (200, "AttributeError"))
        self.assertEqual(synapse.whoami(token)[0], 200)
