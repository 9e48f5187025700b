# SPDX-License-Identifier: Apache-2.0
"""The examples in docs/python.md run, one after the other, as in one session."""

import doctest
import re
import time

from conftest import ROOT

BLOCK = re.compile(r"^```pycon\n(.*?)^```$", re.M | re.S)


def test_the_guide(issuer):
    text = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    blocks = BLOCK.findall(text)
    assert len(blocks) >= 8 and sum(block.count(">>> ") for block in blocks) == text.count("\n>>> ")
    known = {
        "issuer_url": issuer.url,
        "token": issuer.token(),
        "expired_token": issuer.token(exp=int(time.time()) - 100, iat=1),
    }
    session = doctest.DocTestParser().get_doctest("".join(blocks), known, "docs/python.md", None, None)
    said = []
    results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(session, out=said.append, clear_globs=False)
    session.globs["validator"].close()
    assert results.failed == 0 and results.attempted > 20, "".join(said)
