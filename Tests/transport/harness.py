# SPDX-License-Identifier: Apache-2.0
"""What the cases share: issuers, validators and their drivers, cleaned up after each test."""
import shutil
import tempfile
import time
import unittest

import mxauth
from drivers import DRIVER
from issuer import Issuer, Reply
from tokens import AUDIENCE, key_set, new_key, token


class Case(unittest.TestCase):
    def issuer(self, context=None):
        issuer = Issuer(context)
        self.addCleanup(issuer.stop)
        return issuer

    def folder(self):
        path = tempfile.mkdtemp(prefix="mxauth-")
        self.addCleanup(shutil.rmtree, path, ignore_errors=True)
        return path

    def validator(self, *options, issuer, name=None, clock=None, drive=True, ca_file=None, common=(), on_log=None,
                  audience=AUDIENCE):
        """A validator of one issuer, driven at once. `options` are the issuer's own, without "issuer."."""
        everything = [("server_name", "hs.test"), ("allow_http", "loopback"), ("exchange_timeout", "5"), *common]
        if ca_file:
            everything.append(("ca_file", ca_file))
        everything += [("issuer", name or issuer.origin), ("issuer.retry_min", "1")]
        everything.append(("issuer.audience", audience) if audience else ("issuer.any_audience", "true"))
        everything += [("issuer." + key, value) for key, value in options]
        validator = mxauth.Validator(everything, clock, on_log)
        self.addCleanup(validator.close)
        if drive:
            self.drive(validator, ca_file)
        return validator

    def drive(self, validator, ca_file=None):
        driver = DRIVER(validator, ca_file)
        # Before the validator is freed: cleanups run last in, first out.
        self.addCleanup(driver.stop)
        return driver

    def warm(self, *options, **more):
        """An issuer with one key at /jwks and a validator that has fetched it, with a clock of its own."""
        issuer = more.pop("issuer", None) or self.issuer()
        clock = mxauth.Clock()
        key = new_key("first")
        issuer.routes["/jwks"] = Reply(key_set(key))
        validator = self.validator(("jwks_uri", issuer.origin + "/jwks"), *options, issuer=issuer, clock=clock, **more)
        good = token(key, issuer.origin)
        self.assertStatus(validator.wait(good), mxauth.OK)
        return issuer, validator, clock, key, good

    def assertStatus(self, status, *expected):
        self.assertIn(mxauth.name(status), [mxauth.name(one) for one in expected])

    def assertWaits(self, validator, good, milliseconds, *expected):
        """validate_wait keeps to its time; a quarter of a second is for a busy machine."""
        start = time.monotonic()
        self.assertStatus(validator.wait(good, milliseconds), *expected)
        self.assertLess((time.monotonic() - start) * 1000, milliseconds + 250)

    def assertWithin(self, low, value, high):
        self.assertTrue(low <= value <= high, f"{value} is not within {low} … {high}")

    def until(self, holds, what, seconds=8):
        end = time.monotonic() + seconds
        while not holds():
            self.assertLess(time.monotonic(), end, f"in vain: {what}")
            time.sleep(0.005)
