# SPDX-License-Identifier: Apache-2.0
"""docs/issuers.md: the library takes every recipe as it stands there."""
import re
from pathlib import Path

import mxauth
from harness import Case

PAGE = Path(__file__).parents[2] / "docs" / "issuers.md"


def recipes():
    """(heading, options) of each; lines without an issuer of their own add to the recipe before."""
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        heading, options = section.split("\n", 1)[0], []
        for block in re.findall(r"(?:^    \S.*\n)+", section, re.MULTILINE):
            lines = [tuple(part.strip() for part in line.split(" = ", 1)) for line in block.splitlines()]
            options = lines if "issuer" in dict(lines) else options + lines
            yield heading, options


class Recipes(Case):
    def test_all_of_them(self):
        secret = Path(self.folder(), "secret")
        secret.write_text("secret", encoding="ascii")
        secret.chmod(0o600)
        found = set()
        for heading, options in recipes():
            with self.subTest(heading):
                found.add(heading)
                settings = [(key, str(secret) if key.endswith("_secret_file") else value) for key, value in options]
                mxauth.Validator(settings).close()
        self.assertEqual(
            found, {"Matrix Authentication Service", "Servers built with Authlib", "canaille", "Keycloak"})
