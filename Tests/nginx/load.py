# SPDX-License-Identifier: Apache-2.0
"""wrk, and what it has counted."""
import os
import re
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

SECONDS = int(os.environ.get("MXAUTH_LOAD_SECONDS", "5"))
# Each thread of wrk takes its tokens from a file that is read again when it changes, and notes every status.
SCRIPT = str(Path(__file__).with_name("load.lua"))


def percentile(values, share):
    return sorted(values)[int(len(values) * share)]


@dataclass
class Outcome:
    requests: int
    statuses: dict
    socket_errors: int
    text: str


def run(port, path="/", token=None, *, seconds=SECONDS, connections=16, token_file=None, close=False):
    """With the status of every answer."""
    environment = dict(os.environ, MXAUTH_TOKEN_FILE=str(token_file or ""), MXAUTH_TOKEN=(token or b"").decode())
    text = wrk(port, path, ["-s", SCRIPT, *(["-H", "Connection: close"] if close else [])], seconds, connections, environment)
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    statuses = {int(status): int(count) for status, count in re.findall(r"^status (\d+) (\d+)$", text, re.M)}
    return Outcome(int(re.search(r"(\d+) requests in", text)[1]), statuses,
                   sum(int(one) for one in errors.groups()) if errors else 0, text)


def rate(port, path, token, *, seconds, connections=16):
    """Requests per second, and how many there were, all of them answered well; wrk does nothing else with them."""
    text = wrk(port, path, ["-H", f"Authorization: Bearer {token.decode()}"], seconds, connections)
    if "Non-2xx" in text or "Socket errors" in text:
        raise AssertionError(text)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]), int(re.search(r"(\d+) requests in", text)[1])


def wrk(port, path, arguments, seconds, connections, environment=None):
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", *arguments, f"http://127.0.0.1:{port}{path}"],
        capture_output=True, text=True, env=environment, timeout=seconds + 60)
    text = done.stdout + done.stderr
    if "Requests/sec" not in text:
        raise AssertionError(text)
    return text


class Running:
    """The same on a thread, while something else goes on."""

    def __init__(self, *arguments, **settings):
        self._outcome = None
        self._thread = threading.Thread(target=self._run, args=arguments, kwargs=settings)
        self._thread.start()

    def _run(self, *arguments, **settings):
        self._outcome = run(*arguments, **settings)

    @property
    def is_running(self):
        return self._thread.is_alive()

    def outcome(self):
        self._thread.join()
        return self._outcome
