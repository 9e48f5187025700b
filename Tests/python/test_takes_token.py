# SPDX-License-Identifier: Apache-2.0
"""Validator.takes_token, by the table that the library's own is made of."""

import csv
import re

import pytest
from conftest import ROOT

import mxauth


def rows():
    with (ROOT / "packaging/endpoints.tsv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file, delimiter="\t") if row["demand"] != "never"]


def test_every_endpoint(make):
    validator, found = make(), {False: 0, True: 0}
    for row in rows():
        path = re.sub(r"\{\w+\}", "x", row["path"])
        takes = validator.takes_token(row["method"], path + "?a=b")
        assert takes is (row["auth"] != "none"), row
        found[takes] += 1
        with pytest.raises(mxauth.AccessError):
            validator.takes_token(row["method"], path + "/none/such/as/this")
    assert found[False] > 20 and found[True] > 130


def test_what_is_no_endpoint(make):
    validator = make()
    for method, path, status in (
        ("GET", "/", mxauth.Status.ENDPOINT_UNKNOWN),
        ("GET", "", mxauth.Status.ENDPOINT_UNKNOWN),
        ("GET", b"/_matrix/client/v3/login/\xff", mxauth.Status.ENDPOINT_UNKNOWN),
        ("GET", "/_matrix/client/v3/login/../sync", mxauth.Status.ENDPOINT_UNKNOWN),
        ("BREW", "/_matrix/client/v3/login", mxauth.Status.METHOD_UNKNOWN),
        ("get", "/_matrix/client/v3/login", mxauth.Status.METHOD_UNKNOWN),
    ):
        with pytest.raises(mxauth.AccessError) as raised:
            validator.takes_token(method, path)
        assert raised.value.status == status
    assert validator.takes_token("OPTIONS", "/anything") is False
    for arguments in ((None, "/"), ("GET", None), ("GET",), ()):
        with pytest.raises(TypeError):
            validator.takes_token(*arguments)
    validator.close()
    with pytest.raises(mxauth.UsageError):
        validator.takes_token("GET", "/_matrix/client/v3/login")
