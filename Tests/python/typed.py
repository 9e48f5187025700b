# SPDX-License-Identifier: Apache-2.0
"""Never run: what mypy --strict says of a program that uses the package. A line that names an error has to be one."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import prometheus_client
from twisted.internet.defer import Deferred
from typing_extensions import assert_type

import mxauth
from mxauth import Grant, Issuer, IssuerOptions, Revoke, Status, Validator, Verdict
from mxauth.prometheus import Collector

validator = Validator(
    server_name="example.org",
    issuer="https://auth.example.org/",
    audience=["https://matrix.example.org/"],
    algorithms={"RS256"},
    leeway=timedelta(seconds=5),
    cache_ttl=60,
    client_secret_file=Path("/run/secret"),
    any_audience=False,
    keys={"keys": []},
    logger=logging.getLogger(__name__),
    clock=lambda which: which * 1000,
)
options: IssuerOptions = {"audience": "x", "leeway": 3}
several = Validator(server_name="example.org", issuers=[Issuer("https://a.example/", **options)])

verdict = validator.validate("token", timeout=5)
assert_type(verdict, Verdict)
assert_type(verdict.user_id, str)
assert_type(verdict.grants, Grant)
assert_type(verdict.cached, bool)
assert_type(verdict.expires_at, int)
assert_type(Grant.CLIENT_API in verdict.grants, bool)
validator.authorize(verdict, "GET", b"/path")
assert_type(validator.bearer(None, "query"), str)
assert_type(validator.reply(Status.EXPIRED).headers, "list[tuple[str, str]]")
assert_type(validator.statistics().cache_hits, int)
assert_type(validator.validate_twisted("x"), "Deferred[Verdict]")
assert_type(Verdict.of(grants=Grant.GUEST, user_id="@g:example.org"), Verdict)
validator.revoke(Revoke.USER, "@a:example.org", not_before=3)
prometheus_client.REGISTRY.register(Collector(validator, {"name": "x"}))


async def judge(token: bytes) -> str:
    try:
        return (await validator.validate_async(token)).user_id
    except mxauth.TokenError as error:
        assert_type(error.status, Status)
        assert_type(error.http_status, int)
        return error.errcode


Validator(audiense="x")  # error: call-arg
Validator(issuer=b"https://auth.example.org/")  # error: arg-type
Validator(leeway=1.5)  # error: arg-type
Validator(audience=3)  # error: arg-type
Validator(any_audience="perhaps")  # error: arg-type
Validator(issuers=["https://auth.example.org/"])  # error: list-item
Issuer("https://a.example/", server_name="x")  # error: call-arg
Verdict.of(Grant.GUEST)  # error: call-arg
verdict.user_id = "@mallory:example.org"  # error: misc
verdict.status  # error: attr-defined
validator.validate(None)  # error: arg-type
validator.validate("x", 5)  # error: call-arg
validator.authorize("token", "GET", "/")  # error: arg-type
validator.revoke("USER", "@a:example.org")  # error: arg-type
validator.reply("expired")  # error: arg-type
