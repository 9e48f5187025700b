# SPDX-License-Identifier: Apache-2.0
"""A real issuer on loopback for each test, and validators that trust it."""

import subprocess
import sys
import textwrap
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

import mxauth

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "examples/issuer"))

import issuer as loopback  # noqa: E402

SECRET = "the-secret-of-the-homeserver"


class Gate:
    """What an endpoint waits for before it answers; it counts who has come."""

    def __init__(self):
        self.open = threading.Event()
        self.arrived = 0

    def guard(self, answer):
        def guarded(*arguments):
            self.arrived += 1
            assert self.open.wait(60)
            return answer(*arguments)

        return guarded


class Issuer(loopback.Server):
    def __init__(self):
        super().__init__(secret=SECRET)
        self.gates = []

    def handle_error(self, request, client_address):
        """Clients that end hang up."""

    @property
    def url(self):
        return self.issuer.url

    def token(self, algorithm="ES256", **claims):
        return self.issuer.sign(algorithm, self.issuer.claims(**claims))

    def opaque_token(self, device="ABCDEFGHIJ"):
        return self.opaque.issue(f"{loopback.API_SCOPE} {loopback.DEVICE_SCOPE}{device}")

    def gate(self, path):
        """From now on, before any validator is made, what is asked of `path` waits."""
        gate = Gate()
        self.gates.append(gate)
        for answers in (self.documents, self.endpoints):
            if path in answers:
                answers[path] = gate.guard(answers[path])
        return gate


@contextmanager
def serving():
    server = Issuer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        for gate in server.gates:
            gate.open.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def issuer():
    """One for all tests that change nothing about it: keys take time."""
    with serving() as server:
        yield server


@pytest.fixture
def gated():
    """An issuer of the test's own, to put gates in."""
    with serving() as server:
        yield server


@pytest.fixture
def make(issuer):
    """Makes validators of an issuer's tokens, which are closed afterwards. Its keys are given inline."""
    made = []

    def make(of=issuer, **options):
        defaults = {
            "server_name": "example.org",
            "issuer": of.url,
            "audience": loopback.AUDIENCE,
            "allow_http": "loopback",
            "keys": None if options.get("jwks_uri") or options.get("keys_file") else of.issuer.jwks(),
        }
        validator = mxauth.Validator(**{**defaults, **options})
        made.append(validator)
        return validator

    yield make
    for validator in made:
        validator.close()


@pytest.fixture
def fetching(make):
    """Makes validators that have to fetch their keys first."""
    return lambda of, **options: make(of, jwks_uri=of.url + "jwks.json", **options)


@pytest.fixture
def introspecting(make):
    """Makes validators that ask about opaque tokens."""

    def introspecting(of, **options):
        defaults = {
            "tokens": ["jwt", "opaque"],
            "audience": None,
            "any_audience": True,
            "introspection_uri": of.url + "introspect",
            "revocation_uri": of.url + "revoke",
            "client_auth": "bearer",
            "client_secret": SECRET,
        }
        return make(of, **{**defaults, **options})

    return introspecting


def until(condition, what="condition", seconds=30):
    """Polls; a machine that is busy takes longer, and fails nothing."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.005)


@pytest.fixture
def run_python():
    """Runs a program in an interpreter of its own, which has to end well and say nothing on stderr: its output."""

    def run(program, *arguments, timeout=60, status=0, says=""):
        completed = subprocess.run(
            [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(program), *arguments],
            capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip
        assert completed.returncode == status, completed.stderr
        assert says in completed.stderr if says else not completed.stderr
        return completed.stdout

    return run
