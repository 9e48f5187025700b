# SPDX-License-Identifier: Apache-2.0
"""Who has the GIL when, and validators that are closed while they are used."""

import signal
import sys
import threading
import time

import pytest
from conftest import loopback, until

import mxauth
from mxauth import Status


class Other:
    """Another thread that takes the GIL whenever it is given away. As the interpreter takes it from nobody meanwhile,
    `turns` counts the times that this thread gave it."""

    def __enter__(self):
        self.turns, self.stopping = 0, False
        self.interval = sys.getswitchinterval()
        sys.setswitchinterval(1000)
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        while self.turns == 0:
            time.sleep(0)
        return self

    def _run(self):
        while not self.stopping:
            self.turns += 1
            time.sleep(0)

    def __exit__(self, *_):
        self.stopping = True
        sys.setswitchinterval(self.interval)
        self.thread.join()


SLOW_ISSUER = loopback.Issuer("https://slow.example/", kinds=["P-521"])


def slow_token(user="alice"):
    return SLOW_ISSUER.sign("ES512", SLOW_ISSUER.claims(username=user))


@pytest.fixture(scope="module")
def slow():
    """Tokens that take most of a millisecond each, as their key has no table."""
    return [slow_token(f"user{number}") for number in range(100)]


@pytest.fixture
def validator(make):
    return make(issuer=SLOW_ISSUER.url, keys=SLOW_ISSUER.jwks(), key_tables=0)


def another_had_a_turn(call, arguments):
    """Whether a call gave the GIL to another thread, which came to take it."""
    with Other() as other:
        for argument in arguments:
            before = other.turns
            call(argument)
            if other.turns != before:
                return True
    return False


def test_others_run_while_a_signature_is_verified(validator, slow):
    assert another_had_a_turn(validator.validate, slow)


def test_others_run_while_a_bad_signature_is_verified(validator, slow):

    def refused(token):
        with pytest.raises(mxauth.SignatureError):
            validator.validate(token[:-8] + "AAAAAAAA")

    assert another_had_a_turn(refused, slow)


@pytest.mark.parametrize("name", ["explain", "claims"])
def test_others_run_while_a_token_is_explained(validator, slow, name):
    assert another_had_a_turn(getattr(validator, name), slow)


def test_a_hit_keeps_the_gil(validator, slow):
    for token in slow * 2:
        validator.validate(token)
    assert not another_had_a_turn(validator.validate, slow * 100)
    assert not another_had_a_turn(validator._judge, slow * 100)
    assert validator.statistics().cache_hits >= 20000


def test_authorize_keeps_the_gil(validator, slow):
    verdict = validator.validate(slow[0])
    assert not another_had_a_turn(
        lambda path: validator.authorize(verdict, "GET", path), ["/_matrix/client/v3/sync"] * 9999
    )


def test_a_forged_token_with_a_known_end_is_taken_for_it_once(validator):
    """What is known is the end of a token. A refusal forgets it, so that forgers do not hold up other threads."""
    forged = []
    for number in range(100):
        good, other = slow_token(f"alice{number}"), slow_token(f"carol{number}")
        for _ in range(3):
            validator.validate(good)
        (header, _, signature), (_, payload, _) = good.split("."), other.split(".")
        forged.append(f"{header}.{payload}.{signature}")

    def refused(token):
        with pytest.raises(mxauth.SignatureError):
            validator.validate(token)

    assert not another_had_a_turn(refused, forged)
    assert another_had_a_turn(refused, forged)


def test_others_run_while_a_thread_waits(fetching, gated):
    """Waiting for the issuer is without the GIL: this issuer needs it to answer."""
    validator, token = fetching(gated), gated.token()
    assert validator.validate(token, timeout=60).user_id == "@alice:example.org"


def test_many_threads_get_the_right_verdicts(make, issuer):
    validator = make()
    tokens = {issuer.token(username=f"user{number}"): f"@user{number}:example.org" for number in range(40)}
    wrong = []

    def judge():
        for _ in range(25):
            for token, user in tokens.items():
                verdict = validator.validate(token)
                if verdict.user_id != user:
                    wrong.append((verdict, user))

    threads = [threading.Thread(target=judge) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong and validator.statistics().accepted == 8 * 25 * 40


def test_closing_while_threads_wait(fetching, gated):
    """They are told, and the validator is freed when the last has left it."""
    gated.gate("/jwks.json")
    validator, token = fetching(gated), gated.token()
    errors = []

    def wait():
        try:
            validator.validate(token, timeout=60)
        except mxauth.Error as error:
            errors.append(error)

    threads = [threading.Thread(target=wait) for _ in range(4)]
    for thread in threads:
        thread.start()
    until(lambda: validator.statistics().pending >= 4, "all wait")
    validator.close()
    for thread in threads:
        thread.join(30)
    assert len(errors) == 4 and not any(thread.is_alive() for thread in threads)
    with pytest.raises(mxauth.UsageError):
        validator.validate(token)


def test_closing_while_threads_judge(make, issuer):
    for _ in range(20):
        validator = make(key_tables=0)
        tokens = [issuer.token("RS256") for _ in range(10)]

        def judge():
            try:
                while True:
                    for token in tokens:
                        validator.validate(token)
            except mxauth.UsageError:
                pass

        threads = [threading.Thread(target=judge) for _ in range(3)]
        for thread in threads:
            thread.start()
        validator.close()
        for thread in threads:
            thread.join(30)
            assert not thread.is_alive()


def test_no_time_to_wait_is_pending(fetching, gated):
    gated.gate("/jwks.json")
    validator, token = fetching(gated), gated.token()
    for _ in range(3):
        with pytest.raises(mxauth.Pending):
            validator.validate(token, timeout=0)
        with pytest.raises(mxauth.Pending):
            validator.claims(token, timeout=0)
        assert validator._judge(token) is None
    with pytest.raises(mxauth.IssuerError) as caught:
        validator.validate(token, timeout=0.25)
    assert caught.value.status == Status.TIMED_OUT
    with pytest.raises(mxauth.Pending):
        validator.revoke_signed(gated.issuer.sign("ES256", gated.issuer.claims(), typ="logout+jwt"), timeout=0)


def test_a_signal_ends_the_waiting(fetching, gated):
    """KeyboardInterrupt and other handlers' exceptions come while it waits, not after."""
    gate = gated.gate("/jwks.json")
    validator, token = fetching(gated), gated.token()

    def interrupt():
        until(lambda: validator.statistics().pending)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    # Shells start what runs in the background with SIGINT ignored, and Python leaves it so.
    old = signal.signal(signal.SIGINT, signal.default_int_handler)
    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            validator.validate(token, timeout=600)
    finally:
        signal.signal(signal.SIGINT, old)
    thread.join()
    gate.open.set()
    assert validator.validate(token)


def test_a_handler_that_raises_nothing_does_not_end_it(fetching, gated):
    gate = gated.gate("/jwks.json")
    validator, token = fetching(gated), gated.token()
    handled = []
    old = signal.signal(signal.SIGUSR1, lambda *_: (handled.append(1), gate.open.set()))

    def send():
        until(lambda: validator.statistics().pending)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        assert validator.validate(token, timeout=600).user_id == "@alice:example.org"
    finally:
        thread.join()
        signal.signal(signal.SIGUSR1, old)
    assert handled == [1]
