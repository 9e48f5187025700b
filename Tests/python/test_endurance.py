# SPDX-License-Identifier: Apache-2.0
import json
import subprocess
import sys
from pathlib import Path

import pytest

MIB = 1 << 20


@pytest.mark.parametrize("how, count", [("asyncio", 100_000), ("threads", 16_000)])
def test_many_validations_leave_nothing_behind(how, count):
    program = Path(__file__).with_name("endurance.py")
    completed = subprocess.run([sys.executable, program, how, str(count)], capture_output=True, text=True, check=False)
    assert completed.returncode == 0, completed.stderr
    grown = json.loads(completed.stdout)
    print(how, grown)
    assert grown["good"] + grown["refused"] == count
    assert grown["bytes"] <= 2 * MIB and grown["threads"] <= 0 and grown["descriptors"] <= 0
