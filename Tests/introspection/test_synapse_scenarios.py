# SPDX-License-Identifier: Apache-2.0
"""Synapse's own tests of delegated authentication, told by the library: see scenarios.py."""
import mxauth
from answers import ADMIN, DEVICE, STABLE, UNSTABLE, api, device
from homeserver import Homeserver, Outcome
from introspecting import BEARER, IntrospectionCase
from issuer import Reply
from scenarios import ALICE, BARE, FAULT, FORBIDDEN, GOOD, INVALID, UNAVAILABLE, of_faults, of_tokens

SPELLINGS = STABLE, UNSTABLE
# What each mode says of a token that has expired: Synapse takes keys away from clients as well.
EXPIRED = {"none": Outcome(401, "M_UNKNOWN_TOKEN", True), "synapse": INVALID}


class Delegation(IntrospectionCase):
    """With the library's own answers."""
    mode = "none"
    users, devices = [ALICE], [(ALICE, DEVICE)]

    def setUp(self):
        self.begin(issuer_options=(), common=(("compat", self.mode),), path="/oauth2/introspect")

    def begin(self, issuer_options, **more):
        self.start(*issuer_options, **more)
        self.homeserver = Homeserver(self.v, self.users, self.devices)

    def bare(self, **members):
        return self.opaque(**(BARE | members))

    def both(self, prefix):
        return f"{api(prefix)} {device(prefix=prefix)}"

    def expected(self, scenario):
        return scenario.synapse if self.mode == "synapse" else scenario.outcome

    def test_every_token(self):
        for prefix in SPELLINGS:
            for scenario in of_tokens(prefix):
                with self.subTest(scenario.name, prefix=prefix):
                    token = self.bare(**scenario.members)
                    self.assertStatus(self.v.wait(token), scenario.status)
                    self.assertEqual(self.homeserver.request(token), self.expected(scenario))
                    self.assertEqual(self.endpoint.asked.count(token), 1)

    def test_every_fault(self):
        for scenario in of_faults():
            with self.subTest(scenario.name):
                token = self.bare(scope=self.both(STABLE))
                self.endpoint.broken = scenario.broken
                self.assertStatus(self.v.wait(token), scenario.status)
                self.assertEqual(self.homeserver.request(token), self.expected(scenario))
                self.endpoint.broken = None

    def test_unavailable_introspection_endpoint_transport_failure(self):
        token = self.bare(scope=self.both(STABLE))
        self.server.stop()
        self.assertEqual(self.homeserver.request(token), UNAVAILABLE)
        self.assertStatus(self.v.validate(token), mxauth.ISSUER_UNAVAILABLE)

    def test_simple_introspection_sends_the_token_unchanged(self):
        token = self.bare(scope=self.both(STABLE), expires_in=60)
        self.homeserver.request(token)
        self.assertEqual(self.endpoint.last.form, {"token": token.decode(), "token_type_hint": "access_token"})
        self.assertEqual(self.endpoint.last.header("Authorization"), "Bearer " + self.endpoint.caller.secret)

    def test_active_user_with_device_explicit_device_id_sends_the_header(self):
        self.homeserver.request(self.bare(scope=api(), device_id=DEVICE))
        self.assertEqual(self.endpoint.last.header("X-MAS-Supports-Device-Id"), "1")

    def test_inexistent_device(self):
        for number, prefix in enumerate(SPELLINGS):
            gone = f"GONEGONE{number}"
            token = self.bare(scope=f"{api(prefix)} {device(gone, prefix)}")
            for _ in range(2):
                self.assertEqual(self.homeserver.request(token), INVALID)
            self.assertStatus(self.v.validate(token), mxauth.REVOKED)
            self.assertEqual(self.endpoint.asked.count(token), 1)
        self.assertEqual(self.homeserver.request(self.bare(scope=self.both(STABLE))), GOOD)

    def test_inexistent_user(self):
        for prefix in SPELLINGS:
            token = self.bare(scope=self.both(prefix), username="inexistent_user")
            self.assertEqual(self.homeserver.request(token), FAULT if self.mode == "synapse" else FORBIDDEN)

    def test_cached_expired_introspection(self):
        """Of both classes: the second answer comes without a second question."""
        for prefix in SPELLINGS:
            token = self.bare(scope=self.both(prefix), expires_in=60)
            self.assertEqual(self.homeserver.request(token), GOOD)
            self.clock.advance(60)
            self.assertEqual(self.homeserver.request(token), EXPIRED[self.mode])
            self.assertStatus(self.v.validate(token), mxauth.EXPIRED)
            self.assertEqual(self.endpoint.asked.count(token), 1)

    def test_mixed_spellings_are_one_device(self):
        """Not Synapse's: what MAS really sends."""
        token = self.opaque()
        self.assertEqual(self.homeserver.request(token), GOOD)

    def test_admin_is_not_granted_by_a_part_of_its_name(self):
        for scope in (ADMIN[:-1], ADMIN + "*", ADMIN.upper(), "x" + ADMIN):
            self.assertEqual(self.homeserver.request(self.bare(scope=f"{api()} {scope}")).admin, False)


class DelegationAsSynapse(Delegation):
    mode = "synapse"


class DelegationWithSubpath(Delegation):
    """MasAuthDelegationWithSubpath: as above, below auth/path/."""

    def setUp(self):
        self.server = self.issuer()
        self.base = self.server.origin + "/auth/path/"
        self.well_known = "/auth/path/.well-known/openid-configuration"
        self.server.routes[self.well_known] = Reply({
            "issuer": self.base, "introspection_endpoint": self.base + "oauth2/introspect"})
        path = "/auth/path/oauth2/introspect"
        self.begin((), server=self.server, path=path, common=(("compat", self.mode),))

    def test_introspection_endpoint_uses_subpath(self):
        token = self.bare(scope=self.both(STABLE))
        self.assertEqual(self.homeserver.request(token), GOOD)
        self.assertEqual(self.server.paths(), ["/auth/path/oauth2/introspect"])

    def test_metadata_url_uses_subpath(self):
        """Without issuer.introspection_uri. RFC 8414 puts its path elsewhere, and is asked before."""
        v = self.validator(
            ("tokens", "opaque"), *BEARER, issuer=self.server, name=self.base, audience=None, clock=self.clock)
        token = self.bare(scope=self.both(STABLE))
        self.assertEqual(Homeserver(v, self.users, self.devices).request(token), GOOD)
        self.assertEqual(self.server.paths()[-2:], [self.well_known, "/auth/path/oauth2/introspect"])
        self.assertTrue(all("/auth/path" in path for path in self.server.paths()))
