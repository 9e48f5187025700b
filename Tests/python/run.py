# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of this folder with pytest; arguments are pytest's. The last line is `N passed, N failed`."""

import sys
from pathlib import Path

import pytest


class Count:
    def __init__(self):
        self.passed = self.failed = 0

    def pytest_runtest_logreport(self, report):
        if report.when == "call" and report.passed:
            self.passed += 1
        elif report.failed:
            self.failed += 1

    def pytest_collectreport(self, report):
        self.failed += report.failed


count = Count()
here = str(Path(__file__).parent)
arguments = sys.argv[1:] or [here]
status = pytest.main(
    ["-q", "-p", "no:cacheprovider", "-o", "faulthandler_timeout=120", "--rootdir", here, *arguments], plugins=[count]
)
print(f"{count.passed} passed, {count.failed} failed")
sys.exit(0 if status == 0 and count.passed and not count.failed else 1)
