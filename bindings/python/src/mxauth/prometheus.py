# SPDX-License-Identifier: Apache-2.0
"""A validator's statistics for prometheus_client; only this module imports it.

prometheus_client.REGISTRY.register(mxauth.prometheus.Collector(validator))
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector as _Collector

from ._validator import Validator


class Collector(_Collector):
    """Register one for each validator; `labels` are added to its samples and tell several apart."""

    def __init__(self, validator: Validator, labels: Mapping[str, str] | None = None) -> None:
        self._validator = validator
        self._labels = dict(labels or {})

    def describe(self) -> list[Metric]:
        """Nothing: registering does not look for names that are taken, since several validators share them."""
        return []

    def collect(self) -> Iterator[Metric]:
        for family in text_string_to_metric_families(self._validator.metrics()):
            family.samples = [sample._replace(labels={**sample.labels, **self._labels}) for sample in family.samples]
            yield family
