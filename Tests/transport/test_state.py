# SPDX-License-Identifier: Apache-2.0
"""A restart while the issuer is away: the last good key set comes from state_dir."""
import os
import stat
import unittest

import mxauth
from harness import Case
from issuer import Reply
from tokens import key_set, new_key, token


class StateDirectory(Case):
    def setUp(self):
        self.state = self.folder()
        self.server, self.clock, self.key = self.issuer(), mxauth.Clock(), new_key("first")
        self.server.routes["/jwks"] = Reply(key_set(self.key), headers={"ETag": '"v1"'})
        self.good = token(self.key, self.server.origin)

    def start(self):
        return self.validator(
            ("jwks_uri", self.server.origin + "/jwks"), ("refresh_default", "100"), ("stale_limit", "1000"),
            issuer=self.server, clock=self.clock, common=(("state_dir", self.state),))

    def first_run(self):
        validator = self.start()
        self.assertStatus(validator.wait(self.good), mxauth.OK)
        # A set that was restored serves before the newer one is fetched, and saved.
        self.until(lambda: validator.exchanges("key_set") > 0, "the end of the first fetch")
        return validator

    @property
    def path(self):
        names = os.listdir(self.state)
        self.assertEqual(len(names), 1, names)
        return os.path.join(self.state, names[0])

    def assertIgnored(self, words):
        self.server.stop()
        validator = self.start()
        self.assertStatus(validator.wait(self.good), mxauth.KEYS_UNAVAILABLE)
        lines = [line for level, line in validator.log if level == mxauth.WARNING]
        self.assertTrue(any(words in line for line in lines), validator.log)
        self.server.start()
        self.clock.advance(2)
        self.assertStatus(validator.wait(self.good), mxauth.OK)

    def test_restart(self):
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        self.first_run()
        mode = os.stat(self.path)
        self.assertEqual(stat.S_IMODE(mode.st_mode), 0o600)
        self.server.stop()
        self.clock.advance(900)
        validator = self.start()
        self.assertStatus(validator.validate(self.good), mxauth.OK)
        self.assertStatus(validator.wait(self.good), mxauth.OK)
        self.clock.advance(200)
        self.assertStatus(validator.wait(self.good), mxauth.KEYS_UNAVAILABLE)
        self.server.start()
        self.clock.advance(60)
        self.assertStatus(validator.wait(self.good), mxauth.OK)
        self.assertNotIn("If-None-Match", self.server.last_headers("/jwks"))

    def test_newer_set_replaces_the_file(self):
        self.first_run()
        second = new_key("second")
        self.server.routes["/jwks"] = Reply(key_set(second))
        self.clock.advance(96)
        validator = self.start()
        self.assertStatus(validator.wait(token(second, self.server.origin)), mxauth.OK)
        self.server.stop()
        restarted = self.start()
        self.assertStatus(restarted.validate(token(second, self.server.origin)), mxauth.OK)
        self.assertEqual(restarted.stats.key_sets, 1)

    def test_bad_answers_leave_the_file(self):
        validator = self.first_run()
        with open(self.path, "rb") as file:
            before = file.read()
        self.server.routes["/jwks"] = Reply({"keys": []})
        self.clock.advance(96)
        validator.validate(self.good)
        self.until(lambda: validator.exchanges("no_usable_key") == 1, "a failure")
        with open(self.path, "rb") as file:
            self.assertEqual(file.read(), before)

    def test_set_that_was_confirmed_is_as_young_as_its_confirmation(self):
        validator = self.first_run()
        self.server.routes["/jwks"] = Reply(status=304, headers={"ETag": '"v1"'})
        for round_ in range(1, 13):
            self.clock.advance(96)
            self.assertStatus(validator.validate(self.good), mxauth.OK)
            self.until(lambda: validator.stats.key_sets_unchanged == round_, "a confirmation")
        self.server.stop()
        restarted = self.start()
        self.assertStatus(restarted.validate(self.good), mxauth.OK)

    def test_too_old(self):
        self.first_run()
        # First, or the first run fetches and saves a new one.
        self.server.stop()
        self.clock.advance(1001)
        self.assertIgnored("too old")

    def test_damaged(self):
        self.first_run()
        with open(self.path, "rb") as file:
            whole = file.read()
        for damage in (whole[:-20], b"", b"{}", b"\0" * 100, whole.replace(b"127.0.0.1", b"127.0.0.2", 1)):
            with self.subTest(damage[:20]):
                with open(self.path, "wb") as file:
                    file.write(damage)
                self.assertIgnored("damaged")

    def test_foreign_writable(self):
        for mode in (0o620, 0o602, 0o666):
            with self.subTest(oct(mode)):
                self.first_run()
                os.chmod(self.path, mode)
                self.assertIgnored("damaged or not only ours")
                self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600, "replaced by the next fetch")

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_of_another_owner(self):
        self.first_run()
        os.chown(self.path, 12345, 12345)
        self.assertIgnored("damaged or not only ours")

    def test_not_a_file(self):
        self.first_run()
        path = self.path
        os.remove(path)
        os.mkdir(path)
        self.server.stop()
        self.assertStatus(self.start().wait(self.good), mxauth.KEYS_UNAVAILABLE)

    def test_missing_directory_refuses_nobody(self):
        self.state = os.path.join(self.state, "gone")
        self.first_run()
