# SPDX-License-Identifier: Apache-2.0
"""Runs the `$ ` commands of a page's console blocks in Tests/cli/fixture and compares what they print.

examples.py [--write] BINARY PAGE; --write puts the real output into the page.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

write = sys.argv[1] == "--write"
binary, page = map(pathlib.Path, sys.argv[1 + write :])
fixture = pathlib.Path(__file__).parent / "fixture"


def console(match):
    commands = re.findall(r"^\$ (.*)$", match[1], re.MULTILINE)
    return "```console\n" + "".join(f"$ {command}\n{run(command)}" for command in commands) + "```\n"


def run(command):
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "mxauth").symlink_to(binary.resolve())
        path = folder + os.pathsep + os.environ["PATH"]
        return subprocess.run(
            command, shell=True, cwd=fixture, env={"PATH": path}, encoding="utf-8",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ).stdout


text = page.read_text("utf-8")
real, count = re.subn(r"^```console\n(.*?)^```\n", console, text, flags=re.MULTILINE | re.DOTALL)
if count == 0:
    sys.exit(f"{page.name}: no examples")
if write:
    page.write_text(real, "utf-8")
elif real != text:
    sys.exit(f"{page.name}: an example prints something else now")
