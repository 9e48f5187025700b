# SPDX-License-Identifier: Apache-2.0
"""Twisted by the event descriptor, on reactors of the tests' own."""

import pytest
from twisted.internet.defer import CancelledError, Deferred, inlineCallbacks
from twisted.internet.epollreactor import EPollReactor
from twisted.internet.interfaces import IReadDescriptor
from zope.interface.verify import verifyObject

import mxauth
from mxauth import Status, twisted


def run(main):
    """Until the Deferred of `main(reactor)` has fired; its result."""
    reactor = EPollReactor()
    outcome = []

    def start():
        main(reactor).addBoth(outcome.append).addBoth(lambda _: reactor.stop())

    reactor.callWhenRunning(start)
    reactor.callLater(60, reactor.stop)
    reactor.run(installSignalHandlers=False)
    assert outcome, "never fired"
    if hasattr(outcome[0], "raiseException"):
        outcome[0].raiseException()
    return outcome[0]


def arrived(reactor, gate):
    deferred = Deferred()

    def look():
        deferred.callback(None) if gate.arrived else reactor.callLater(0.005, look)

    look()
    return deferred


def test_a_hit_fires_at_once(make, issuer):
    validator, token = make(), issuer.token()
    validator.validate(token)
    results = []
    twisted.validate(validator, token, reactor=EPollReactor()).addCallback(results.append)
    assert results[0].cached


def test_a_refusal_fires_at_once(make):
    failures = []
    twisted.validate(make(), "", reactor=EPollReactor()).addErrback(failures.append)
    assert failures[0].check(mxauth.MalformedError)
    twisted.validate(make(), None, reactor=EPollReactor()).addErrback(failures.append)
    assert failures[1].check(TypeError)


def test_many_wait_for_keys(fetching, gated):
    gate = gated.gate("/jwks.json")
    validator, tokens = fetching(gated), [gated.token() for _ in range(10)]

    @inlineCallbacks
    def main(reactor):
        waiting = [twisted.validate(validator, token, reactor=reactor) for token in tokens]
        yield arrived(reactor, gate)
        assert not any(deferred.called for deferred in waiting)
        (watch,) = validator._waiting._watches.values()
        assert verifyObject(IReadDescriptor, watch.watched) and watch.watched.logPrefix() == "mxauth"
        gate.open.set()
        users = set()
        for deferred in waiting:
            users.add((yield deferred).user_id)
        assert users == {"@alice:example.org"}
        assert not validator._waiting._watches and not reactor.getReaders()[1:]

    run(main)


def test_time_is_limited(fetching, gated):
    gated.gate("/jwks.json")
    validator, token = fetching(gated), gated.token()

    @inlineCallbacks
    def main(reactor):
        with pytest.raises(mxauth.IssuerError) as caught:
            yield twisted.validate(validator, token, timeout=0.05, reactor=reactor)
        assert caught.value.status == Status.TIMED_OUT
        for timeout, error in ((0, mxauth.Pending), (-1, ValueError), (float("nan"), ValueError)):
            with pytest.raises(error):
                yield twisted.validate(validator, token, timeout=timeout, reactor=reactor)
        assert not validator._waiting._watches

    run(main)


def test_a_deferred_that_is_cancelled(fetching, gated):
    gate = gated.gate("/jwks.json")
    validator, token = fetching(gated), gated.token()

    @inlineCallbacks
    def main(reactor):
        first, second = (twisted.validate(validator, token, reactor=reactor) for _ in range(2))
        yield arrived(reactor, gate)
        first.cancel()
        with pytest.raises(CancelledError):
            yield first
        gate.open.set()
        assert (yield second).user_id == "@alice:example.org"
        assert not validator._waiting._watches
        assert not [call for call in reactor.getDelayedCalls() if call.getTime() - reactor.seconds() < 20]

    run(main)


def test_refusals_that_were_waited_for(introspecting, issuer):
    validator = introspecting(issuer)

    @inlineCallbacks
    def main(reactor):
        with pytest.raises(mxauth.ClaimsError) as caught:
            yield twisted.validate(validator, "never-issued", reactor=reactor)
        assert caught.value.status == Status.TOKEN_INACTIVE

    run(main)


def test_a_validator_that_is_closed_meanwhile(fetching, gated):
    gated.gate("/jwks.json")
    validator, token = fetching(gated), gated.token()

    @inlineCallbacks
    def main(reactor):
        deferred = twisted.validate(validator, token, reactor=reactor)
        reactor.callInThread(validator.close)
        with pytest.raises(mxauth.UsageError):
            yield deferred

    run(main)


def test_the_method_uses_the_installed_reactor(run_python, issuer):
    out = run_python(
        f"""
        import mxauth
        from twisted.internet import reactor
        validator = mxauth.Validator(server_name="example.org", issuer={issuer.url!r}, any_audience=True,
                                     allow_http="loopback")
        def done(result):
            print(result.user_id if hasattr(result, "user_id") else result)
            reactor.stop()
        reactor.callWhenRunning(lambda: validator.validate_twisted({issuer.token()!r}).addBoth(done))
        reactor.run()
        """
    )
    assert out == "@alice:example.org\n"
