# SPDX-License-Identifier: Apache-2.0
"""Forked children go on with what they have, and ask issuers again when they need to."""

import asyncio
import os
import threading
import traceback
import warnings

import pytest
from conftest import until

import mxauth
from mxauth import Status

warnings.filterwarnings("ignore", message=".*multi-threaded.*fork.*", category=DeprecationWarning)


def in_child(work):
    """What `work` returns in a forked child, as text."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        try:
            answer = str(work())
        except BaseException:
            answer = traceback.format_exc()
        os.write(write, answer.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, answer
    return answer


def test_a_child_has_what_its_parent_had(make, issuer):
    validator, known, new = make(), issuer.token(), issuer.token(username="bob")
    validator.validate(known)
    validator.revoke(mxauth.Revoke.USER, "@carol:example.org")

    def work():
        with pytest.raises(mxauth.ClaimsError):
            validator.validate(issuer.token(username="carol"))
        return validator.validate(known).cached, validator.validate(new).user_id

    assert in_child(work) == "(True, '@bob:example.org')"
    assert validator.validate(known).cached


def test_a_child_asks_the_issuer_by_itself(introspecting, issuer):
    """Its transport starts with the first token that needs it, or when it is told to."""
    validator, token = introspecting(issuer), issuer.opaque_token()
    assert in_child(lambda: validator.validate(token, timeout=60).user_id) == "@alice:example.org"
    assert in_child(lambda: (validator.start_transport(), validator.validate(token).user_id)[1]) == "@alice:example.org"
    assert not validator.validate(token).cached or validator.statistics().introspections == 1


def test_a_child_without_a_transport_gets_none(introspecting, issuer):
    validator, token = introspecting(issuer, transport=False), issuer.opaque_token()

    def work():
        with pytest.raises(mxauth.IssuerError) as caught:
            validator.validate(token, timeout=0.2)
        return caught.value.status.name, len(os.listdir("/proc/self/task"))

    assert in_child(work) == "('TIMED_OUT', 1)"


def test_a_child_has_a_loop_of_its_own(introspecting, issuer):
    validator, tokens = introspecting(issuer), [issuer.opaque_token(f"D{number}") for number in range(3)]

    async def judge():
        return [(await validator.validate_async(token)).device_id for token in tokens]

    assert in_child(lambda: asyncio.run(judge())) == "['D0', 'D1', 'D2']"
    assert asyncio.run(judge()) == ["D0", "D1", "D2"]


def test_a_fork_while_threads_and_tasks_wait(fetching, gated):
    """They are not in the child, which neither waits for them nor leaks what they held; the parent's go on."""
    gate = gated.gate("/jwks.json")
    validator, token = fetching(gated), gated.token()
    users = []

    def wait():
        users.append(validator.validate(token, timeout=60).user_id)

    async def wait_async():
        users.append((await validator.validate_async(token, timeout=60)).user_id)

    threads = [threading.Thread(target=wait), threading.Thread(target=lambda: asyncio.run(wait_async()))]
    for thread in threads:
        thread.start()
    until(lambda: validator.statistics().pending >= 2 and validator._waiting._watches)

    def work():
        assert not validator._waiting._watches
        validator.close()
        with pytest.raises(mxauth.UsageError):
            validator.validate(token)
        return "closed"

    assert in_child(work) == "closed"
    gate.open.set()
    for thread in threads:
        thread.join(60)
    assert users == ["@alice:example.org"] * 2


def test_revocations_are_told_to_each_separately(make, issuer):
    validator, token = make(), issuer.token()
    validator.validate(token)

    def work():
        validator.revoke_device("@alice:example.org", "ABCDEFGHIJ")
        try:
            validator.validate(token)
        except mxauth.ClaimsError as error:
            return error.status == Status.REVOKED

    assert in_child(work) == "True"
    assert validator.validate(token)


def test_multiprocessing_workers_that_end_normally(run_python, issuer):
    out = run_python(
        f"""
        import multiprocessing, sys, mxauth
        validator = mxauth.Validator(server_name="example.org", issuer={issuer.url!r}, any_audience=True,
                                     allow_http="loopback")
        def work(_):
            return validator.validate({issuer.token()!r}).user_id
        work(0)
        with multiprocessing.get_context("fork").Pool(2) as pool:
            print(*pool.map(work, range(4)))
            pool.close()
            pool.join()
        """
    )
    assert out.split() == ["@alice:example.org"] * 4
