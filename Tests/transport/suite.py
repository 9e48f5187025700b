# SPDX-License-Identifier: Apache-2.0
"""Runs every case of $MXAUTH_TESTS (this folder) with the driver that $MXAUTH_DRIVER names; the last line is
`N passed, N failed`."""
import os
import sys
import time
import unittest
from pathlib import Path


class Result(unittest.TextTestResult):
    passed = 0

    def startTest(self, test):
        self._begun = time.monotonic()
        super().startTest(test)

    def stopTest(self, test):
        took = time.monotonic() - self._begun
        if took > 2:
            self.stream.writeln(f"# {test.id()}: {took:.1f} s")
        super().stopTest(test)

    def addSuccess(self, test):
        Result.passed += 1
        super().addSuccess(test)


def main():
    folder = os.environ.get("MXAUTH_TESTS", str(Path(__file__).parent))
    sys.path.insert(0, folder)
    loader = unittest.TestLoader()
    tests = loader.loadTestsFromNames(sys.argv[1:]) if sys.argv[1:] else loader.discover(folder)
    result = unittest.TextTestRunner(verbosity=1, resultclass=Result, stream=sys.stdout).run(tests)
    failed = {test.test_case if hasattr(test, "test_case") else test for test, _ in result.failures + result.errors}
    print(f"{Result.passed} passed, {len(failed)} failed")
    return 0 if not failed and Result.passed else 1


sys.exit(main())
