# SPDX-License-Identifier: Apache-2.0
import prometheus_client
import pytest

import mxauth
from mxauth.prometheus import Collector


def test_statistics_count(make, issuer):
    validator, token = make(), issuer.token()
    assert validator.statistics()[1:] == (0,) * 13
    for _ in range(3):
        validator.validate(token)
    with pytest.raises(mxauth.MalformedError):
        validator.validate("")
    statistics = validator.statistics()
    assert (statistics.validations, statistics.accepted, statistics.cache_hits, statistics.key_sets) == (4, 3, 2, 1)
    assert statistics.cache_entries == 1 and statistics.cache_bytes > 0


def test_metrics_are_text(make, issuer):
    validator = make()
    validator.validate(issuer.token())
    text = validator.metrics()
    assert "# TYPE mxauth_validations_total counter" in text and 'issuer="' in text


def test_prometheus_client_serves_what_the_library_says(make, issuer):
    validator = make()
    validator.validate(issuer.token())
    registry = prometheus_client.CollectorRegistry()
    registry.register(Collector(validator))

    def samples(text):
        return sorted(line for line in text.splitlines() if line and not line.startswith("#"))

    def numbers(lines):
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines}

    ages = {name for name in numbers(samples(validator.metrics())) if "seconds" in name}
    served = numbers(samples(prometheus_client.generate_latest(registry).decode()))
    said = numbers(samples(validator.metrics()))
    assert served.keys() == said.keys() and len(said) > 10
    assert {name: served[name] for name in said if name not in ages} == {
        name: value for name, value in said.items() if name not in ages
    }


def test_several_validators_are_told_apart_by_labels(make, issuer):
    first, second = make(), make()
    first.validate(issuer.token())
    registry = prometheus_client.CollectorRegistry()
    registry.register(Collector(first, {"validator": "first"}))
    registry.register(Collector(second, {"validator": "second"}))
    text = prometheus_client.generate_latest(registry).decode()
    assert 'validator="first"' in text and 'validator="second"' in text


def test_a_closed_validator_is_an_error_for_the_scrape(make):
    validator = make()
    registry = prometheus_client.CollectorRegistry()
    registry.register(Collector(validator))
    validator.close()
    with pytest.raises(mxauth.UsageError):
        prometheus_client.generate_latest(registry)
