# SPDX-License-Identifier: Apache-2.0
"""asyncio by the event descriptor: no thread for a call, nothing left behind, whatever becomes of tasks and loops."""

import asyncio
import os
import threading

import pytest
from conftest import until

import mxauth
from mxauth import Status


def threads():
    return len(os.listdir("/proc/self/task"))


def descriptors():
    return set(os.listdir("/proc/self/fd"))


async def arrived(gate, count=1):
    while gate.arrived < count:
        await asyncio.sleep(0.005)


async def waiting(validator, count):
    """Until so many tasks wait."""
    while sum(len(watch.waiters) for watch in validator._waiting._watches.values()) != count:
        await asyncio.sleep(0.005)


def test_a_hit_needs_no_event(make, issuer):
    validator, token = make(), issuer.token()
    validator.validate(token)
    coroutine = validator.validate_async(token)
    with pytest.raises(StopIteration) as done:
        coroutine.send(None)
    assert done.value.value.cached


def test_tasks_wait_for_keys_and_the_loop_goes_on(fetching, gated):
    gate = gated.gate("/jwks.json")
    validator, tokens = fetching(gated), [gated.token() for _ in range(20)]

    async def main():
        before = threads()
        tasks = [asyncio.create_task(validator.validate_async(token)) for token in tokens]
        await arrived(gate)
        await waiting(validator, 20)
        assert threads() <= before + 2  # the issuer's own
        assert not any(task.done() for task in tasks)
        gate.open.set()
        verdicts = await asyncio.gather(*tasks)
        assert {verdict.user_id for verdict in verdicts} == {"@alice:example.org"}
        assert not validator._waiting._watches

    asyncio.run(main())
    assert gate.arrived == 1


def test_refusals_reach_the_task(introspecting, issuer):
    validator = introspecting(issuer)

    async def main():
        with pytest.raises(mxauth.ClaimsError) as caught:
            await validator.validate_async("never-issued")
        assert caught.value.status == Status.TOKEN_INACTIVE
        with pytest.raises(mxauth.MalformedError):
            await validator.validate_async("")
        with pytest.raises(TypeError):
            await validator.validate_async(None)
        assert (await validator.validate_async(issuer.opaque_token("PHONE"))).device_id == "PHONE"

    asyncio.run(main())


def test_time_is_limited(fetching, gated):
    gate = gated.gate("/jwks.json")
    validator, token = fetching(gated), gated.token()

    async def main():
        with pytest.raises(mxauth.IssuerError) as caught:
            await validator.validate_async(token, timeout=0.05)
        assert caught.value.status == Status.TIMED_OUT
        with pytest.raises(mxauth.Pending):
            await validator.validate_async(token, timeout=0)
        for timeout in (-1, float("nan")):
            with pytest.raises(ValueError):
                await validator.validate_async(token, timeout=timeout)
        assert not validator._waiting._watches
        gate.open.set()
        assert await validator.validate_async(token)

    asyncio.run(main())


def test_a_cancelled_task_leaves_nothing_and_the_others_go_on(fetching, gated):
    gate = gated.gate("/jwks.json")
    validator, token = fetching(gated), gated.token()

    async def main():
        before = descriptors()
        first, second = (asyncio.create_task(validator.validate_async(token)) for _ in range(2))
        await arrived(gate)
        await waiting(validator, 2)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        await waiting(validator, 1)
        gate.open.set()
        assert (await second).user_id == "@alice:example.org"
        third = asyncio.create_task(validator.validate_async(token))
        third.cancel()
        with pytest.raises(asyncio.CancelledError):
            await third
        await asyncio.wait_for(validator.validate_async(token), 20)
        assert len(descriptors()) <= len(before) + 3  # the validator's own, and libcurl's connection

    asyncio.run(main())


def test_descriptors_are_given_back(introspecting, issuer):
    validator, tokens = introspecting(issuer), [issuer.opaque_token() for _ in range(30)]

    async def main():
        await validator.validate_async(tokens[0])
        before = descriptors()
        for token in tokens:
            await validator.validate_async(token)
        assert len(descriptors()) < len(before) + 10  # libcurl's connections come and go

    asyncio.run(main())


def test_wait_for_cancels_cleanly(fetching, gated):
    gate = gated.gate("/jwks.json")
    validator, token = fetching(gated), gated.token()

    async def main():
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(validator.validate_async(token), 0.05)
        assert not validator._waiting._watches
        gate.open.set()
        await validator.validate_async(token)

    asyncio.run(main())


def test_several_loops_in_several_threads(introspecting, gated):
    """Whichever loop sees an event first, all are told."""
    gate = gated.gate("/introspect")
    validator = introspecting(gated)
    users, errors = [], []

    async def main(tokens):
        verdicts = await asyncio.gather(*(validator.validate_async(token, timeout=30) for token in tokens))
        users.extend(verdict.device_id for verdict in verdicts)

    def run(tokens):
        try:
            asyncio.run(main(tokens))
        except BaseException as error:
            errors.append(error)

    runners = [
        threading.Thread(target=run, args=([gated.opaque_token(f"L{loop}T{number}") for number in range(4)],))
        for loop in range(4)
    ]
    for runner in runners:
        runner.start()
    until(lambda: gate.arrived >= 4, "exchanges begun")
    until(lambda: sum(len(w.waiters) for w in list(validator._waiting._watches.values())) == 16, "all wait")
    gate.open.set()
    for runner in runners:
        runner.join(60)
    assert not errors
    assert sorted(users) == [f"L{loop}T{number}" for loop in range(4) for number in range(4)]
    assert not validator._waiting._watches


def test_a_loop_that_is_closed_while_tasks_wait(fetching, gated):
    """Nobody cancels them: what they held is given back when another loop waits, which is not disturbed."""
    gate = gated.gate("/jwks.json")
    validator, token = fetching(gated), gated.token()
    before = descriptors()

    lost = asyncio.new_event_loop()
    task = lost.create_task(validator.validate_async(token))
    lost.run_until_complete(asyncio.sleep(0))
    lost.run_until_complete(waiting(validator, 1))
    lost.close()
    assert len(validator._waiting._watches) == 1

    async def main():
        other = asyncio.create_task(validator.validate_async(token))
        await asyncio.sleep(0)
        assert len(validator._waiting._watches) == 1
        gate.open.set()
        return await other

    assert asyncio.run(main()).user_id == "@alice:example.org"
    assert not validator._waiting._watches
    task._log_destroy_pending = False
    del task
    assert len(descriptors()) <= len(before) + 3


def test_closing_ends_the_waiting(fetching, gated):
    gated.gate("/jwks.json")
    validator, token = fetching(gated), gated.token()

    async def main():
        task = asyncio.create_task(validator.validate_async(token))
        await waiting(validator, 1)
        await asyncio.get_running_loop().run_in_executor(None, validator.close)
        with pytest.raises(mxauth.UsageError):
            await task

    asyncio.run(main())


def test_a_validator_without_a_transport_waits_for_its_host(fetching, issuer):
    """The host carries exchanges in the same loop, with the descriptor itself."""
    validator, token = fetching(issuer, transport=False), issuer.token()

    async def main():
        loop = asyncio.get_running_loop()

        def due():
            validator.clear_events()
            exchange = validator.next_exchange()
            if exchange is not None:
                assert exchange.url == issuer.url + "jwks.json" and exchange.method == "GET"
                import json

                keys = json.dumps(issuer.issuer.jwks()).encode()
                validator.complete_exchange(exchange, 200, [("Content-Type", "application/json")], keys)

        loop.add_reader(validator.event_fd(), due)
        try:
            return await validator.validate_async(token)
        finally:
            loop.remove_reader(validator.event_fd())

    assert asyncio.run(main()).user_id == "@alice:example.org"


def test_revocations_wait_as_well(introspecting, issuer):
    validator, token = introspecting(issuer), issuer.opaque_token()
    notice = issuer.issuer.sign("ES256", issuer.issuer.claims(), typ="logout+jwt")

    async def main():
        verdict = await validator.validate_async(token)
        await validator.revoke_at_issuer_async(verdict, token)
        with pytest.raises(mxauth.ClaimsError) as caught:
            await validator.validate_async(token)
        assert caught.value.status == Status.REVOKED
        with pytest.raises(mxauth.SignatureError):
            await validator.revoke_signed_async(notice[:-8] + "AAAAAAAA")
        with pytest.raises(mxauth.ClaimsError) as caught:
            await validator.revoke_signed_async(notice)
        assert caught.value.status == Status.AUDIENCE_MISMATCH

    asyncio.run(main())


def test_asyncio_is_imported_by_who_uses_it(run_python):
    run_python(
        """
        import sys, mxauth
        mxauth.Validator(server_name="x", issuer="https://x/", audience="x", transport=False)
        assert not {"asyncio", "twisted", "prometheus_client", "zope"} & set(sys.modules), sys.modules
        """
    )
