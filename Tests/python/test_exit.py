# SPDX-License-Identifier: Apache-2.0
"""However the interpreter ends, the library's threads call nothing that is gone."""

import pytest

HEAD = """
import logging, os, sys, threading, mxauth
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
def make(**options):
    return mxauth.Validator(**{**dict(server_name="example.org", issuer=sys.argv[1], any_audience=True,
                                      allow_http="loopback", logger=logging.getLogger("mxauth")), **options})
validator, token = make(), sys.argv[2]
"""

ENDINGS = {
    "at once": "",
    "after a hit": "validator.validate(token); validator.validate(token)",
    "while keys are fetched": "validator._judge(token)",
    "with a clock": "import time; clocked = make(clock=lambda which: time.time_ns()); clocked._judge(token)",
    "in a cycle": "validator.validate(token); validator.itself = validator; validator.hold = [sys.modules]",
    "with threads that validate": """
def judge():
    while True:
        try:
            validator.validate(token)
        except mxauth.UsageError:
            return
for _ in range(3):
    threading.Thread(target=judge, daemon=True).start()
validator.validate(token)
""",
    "from another thread": "threading.Thread(target=validator.validate, args=(token,)).start()",
    "with many": "many = [make() for _ in range(20)]",
    "by os._exit": "validator._judge(token); sys.stdout.flush(); os._exit(0)",
    "by exec": "validator._judge(token); os.execv(sys.executable, [sys.executable, '-c', 'pass'])",
    "with one that is freed at exit": "import atexit; atexit.register(lambda: validator.close())",
    "and uses it at exit": """
import atexit
def late():
    try:
        validator.validate(token)
    except mxauth.UsageError:
        pass
atexit.register(late)
mxauth._validator.atexit.unregister(mxauth._validator._at_exit)
mxauth._validator.atexit.register(mxauth._validator._at_exit)
""",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_end(run_python, issuer, ending):
    for _ in range(3):
        run_python(HEAD + ENDINGS[ending], issuer.url, issuer.token())


def test_an_uncaught_exception(run_python, issuer):
    run_python(HEAD + "validator._judge(token); 1 / 0", issuer.url, issuer.token(), status=1, says="ZeroDivisionError")
