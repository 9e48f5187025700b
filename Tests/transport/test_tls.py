# SPDX-License-Identifier: Apache-2.0
import mxauth
from certificates import DAY, Authority
from drivers import DRIVER
from faults import TIMERS, FaultCase
from tokens import new_key, token


class TLS(FaultCase):
    def setUp(self):
        self.folder_ = self.folder()
        self.authority = Authority(self.folder_)
        self.good = self.authority.context()

    def warm_tls(self):
        issuer = self.issuer(self.good)
        return self.warm(*TIMERS, issuer=issuer, ca_file=self.authority.file, common=(("allow_http", "no"),))

    def certificate(self, context):
        issuer, validator, clock, _, good = self.warm_tls()
        requests = len(issuer.requests)

        def use(context):
            issuer.context = context
            issuer.drop_connections()

        self.go_through(
            validator, clock, good, lambda: use(context), lambda: use(self.good), DRIVER.label("tls", "unreachable"))
        self.assertEqual(len(issuer.requests), requests + 1, "no request goes to a server that is not the issuer")

    def test_ca_file(self):
        issuer, validator, _, _, good = self.warm_tls()
        self.assertStatus(validator.validate(good), mxauth.OK)
        self.assertEqual(issuer.count("/jwks"), 1)
        self.assertEqual(validator.stats.exchanges_failed, 0)

    def test_system_certificates_do_not_vouch(self):
        issuer = self.issuer(self.good)
        validator = self.validator(("jwks_uri", issuer.origin + "/jwks"), issuer=issuer)
        self.assertStatus(validator.wait(token(new_key("k"), issuer.origin)), mxauth.KEYS_UNAVAILABLE)
        self.assertEqual(validator.exchanges(DRIVER.label("tls", "unreachable")), 1)
        self.assertEqual(issuer.requests, [])

    def test_ca_file_that_is_not_there(self):
        issuer = self.issuer(self.good)
        validator = self.validator(
            ("jwks_uri", issuer.origin + "/jwks"), issuer=issuer, ca_file=self.folder_ + "/nothing.pem")
        self.assertStatus(validator.wait(token(new_key("k"), issuer.origin)), mxauth.KEYS_UNAVAILABLE)
        self.assertEqual(validator.exchanges(DRIVER.label("tls", "unreachable")), 1)

    def test_unknown_authority(self):
        self.certificate(Authority(self.folder_, "Unknown CA").context())

    def test_host_name_mismatch(self):
        self.certificate(self.authority.context("elsewhere.test"))

    def test_expired(self):
        self.certificate(self.authority.context(begin=-DAY, end=-DAY / 24))

