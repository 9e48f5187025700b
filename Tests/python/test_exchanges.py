# SPDX-License-Identifier: Apache-2.0
"""Hosts that carry exchanges themselves."""

import json
import select
import urllib.request

import pytest

import mxauth
from mxauth import Status


def carry(validator):
    """Does what is due with an HTTP client of the host's own."""
    count = 0
    while (exchange := validator.next_exchange()) is not None:
        request = urllib.request.Request(exchange.url, exchange.body, dict(exchange.headers), method=exchange.method)
        with urllib.request.urlopen(request, timeout=exchange.timeout) as response:
            body = response.read(exchange.max_response + 1)
            validator.complete_exchange(exchange, response.status, response.headers.items(), body)
        count += 1
    return count


def test_keys_are_fetched_by_the_host(fetching, issuer):
    validator, token = fetching(issuer, transport=False), issuer.token()
    assert not select.select([validator.event_fd()], [], [], 0)[0]
    with pytest.raises(mxauth.Pending):
        validator.validate(token, timeout=0)
    assert select.select([validator.event_fd()], [], [], 0)[0]
    validator.clear_events()
    assert not select.select([validator.event_fd()], [], [], 0)[0]
    assert carry(validator) == 1
    assert select.select([validator.event_fd()], [], [], 0)[0]
    assert validator.validate(token, timeout=0).user_id == "@alice:example.org"
    assert 0 < validator.next_deadline() <= 86400


def test_tokens_are_asked_about_by_the_host(introspecting, issuer):
    validator, token = introspecting(issuer, transport=False), issuer.opaque_token()
    with pytest.raises(mxauth.Pending):
        validator.validate(token, timeout=0)
    exchange = validator.next_exchange()
    assert exchange.method == "POST" and token.encode() in exchange.body
    assert ("Content-Type", "application/x-www-form-urlencoded") in exchange.headers
    assert token not in repr(exchange) and "secret" not in repr(exchange)
    validator.complete_exchange(
        exchange, 200, [("Content-Type", "application/json")], json.dumps({"active": False}).encode()
    )
    with pytest.raises(mxauth.ClaimsError) as caught:
        validator.validate(token, timeout=0)
    assert caught.value.status == Status.TOKEN_INACTIVE


def test_no_response_is_an_issuer_that_is_not_there(introspecting, issuer):
    validator, token = introspecting(issuer, transport=False), issuer.opaque_token()
    with pytest.raises(mxauth.Pending):
        validator.validate(token, timeout=0)
    exchange = validator.next_exchange()
    validator.complete_exchange(exchange, 0)
    with pytest.raises(mxauth.IssuerError):
        validator.validate(token, timeout=0)
    with pytest.raises(mxauth.UsageError) as caught:
        validator.complete_exchange(exchange, 0)
    assert caught.value.status == Status.EXCHANGE_UNKNOWN


def test_nothing_is_due_where_keys_are_inline(make):
    validator = make(transport=False)
    assert validator.next_exchange() is None and validator.next_deadline() is None
