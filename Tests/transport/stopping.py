# SPDX-License-Identifier: Apache-2.0
"""Starts and stops a driver at many moments of its loop; exit status 1 if stopping takes a second."""
import sys
import time

import mxauth
from drivers import DRIVER
from issuer import Issuer, Reply
from tokens import AUDIENCE, key_set, new_key, token


def main():
    issuer, key = Issuer(), new_key("first")
    issuer.routes["/jwks"] = Reply(key_set(key))
    validator = mxauth.Validator([
        ("server_name", "hs.test"), ("allow_http", "loopback"), ("issuer", issuer.origin),
        ("issuer.audience", AUDIENCE), ("issuer.jwks_uri", issuer.origin + "/jwks")])
    driver = DRIVER(validator, None)
    if validator.wait(token(key, issuer.origin)) != mxauth.OK:
        return 2
    driver.stop()
    for number in range(40):
        driver = DRIVER(validator, None)
        time.sleep(number % 20 / 1000)
        start = time.monotonic()
        # A missed stop lasts up to a minute: whoever started us gives up before.
        driver.stop()
        if time.monotonic() - start > 1:
            return 1
    return 0


sys.exit(main())
