#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""report.py OUTPUT RESULT...: the results of the bench with several versions of Go, written as one file and printed."""

import json
import sys
from pathlib import Path

output, *results = sys.argv[1:]
runs = [json.loads(Path(result).read_text()) for result in results]
Path(output).parent.mkdir(parents=True, exist_ok=True)
Path(output).write_text(json.dumps(runs, indent=2) + "\n")
print(f"{'median':32}" + "".join(f"{run['go']:>12}" for run in runs))
for name in runs[0]["ns"]:
    print(f"{name:32}" + "".join(f"{run['ns'][name]:9.0f} ns" for run in runs))
for name in runs[0]["ratios"]:
    print(f"{name:32}" + "".join(f"{run['ratios'][name]:12.2f}" for run in runs))
for name in runs[0]["allocations"]:
    print(f"{'allocations: ' + name:32}" + "".join(f"{run['allocations'][name]:12.0f}" for run in runs))
