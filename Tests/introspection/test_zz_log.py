# SPDX-License-Identifier: Apache-2.0
"""Last of all, as its name sorts: what every case before has left in the log."""
import unittest

import mxauth
from endpoint import SECRET
from tokens import all_tokens


class Log(unittest.TestCase):
    def test_no_token_or_secret_in_any_line(self):
        text = "\n".join(line for _, line in mxauth.all_log_lines)
        self.assertNotIn(SECRET, text)
        for token in all_tokens:
            for part in token.decode("ascii", "replace").split("."):
                if len(part) > 24:
                    self.assertNotIn(part[-24:], text)

    def test_every_message_is_one_line_of_a_known_level(self):
        for level, line in mxauth.all_log_lines:
            self.assertIn(level, range(4))
            self.assertTrue(line.isprintable(), line)
