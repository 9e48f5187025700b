# SPDX-License-Identifier: Apache-2.0
"""The library's log goes to a logging.Logger, from whatever thread, and holds up nothing."""

import gc
import logging
import threading
import weakref

import pytest
from conftest import until

import mxauth
from mxauth._logging import log_to


class Kept(logging.Handler):
    def __init__(self):
        super().__init__()
        self.records, self.threads = [], set()

    def emit(self, record):
        self.records.append((record.levelno, record.getMessage()))
        self.threads.add(threading.get_native_id())


@pytest.fixture
def logger(request):
    logger = logging.getLogger(f"test.{request.node.name}")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    return logger


@pytest.fixture
def kept(logger):
    handler = Kept()
    logger.addHandler(handler)
    return handler


def test_dealings_with_issuers_are_logged_on_the_librarys_thread(fetching, issuer, logger, kept):
    assert fetching(issuer, logger=logger).validate(issuer.token())
    assert any(level == logging.INFO and "3 keys" in message for level, message in kept.records)
    assert threading.get_native_id() not in kept.threads


def test_failures_are_warnings_and_tell_no_secret(introspecting, issuer, logger, kept):
    validator, token = introspecting(issuer, logger=logger, client_secret="not-the-secret"), issuer.opaque_token()
    with pytest.raises(mxauth.IssuerError):
        validator.validate(token)
    assert any(level == logging.WARNING for level, _ in kept.records)
    text = repr(kept.records)
    assert token not in text and "not-the-secret" not in text


def test_no_logger_is_no_log(fetching, issuer, caplog):
    with caplog.at_level(logging.DEBUG):
        fetching(issuer).validate(issuer.token())
    assert not [record for record in caplog.records if "keys" in record.getMessage()]


@pytest.mark.parametrize(
    "character", ["\n", "\r", "\0", "\x1b", "\x7f", "\x85", "\x9b", "\u2028", "\u2029", "\v", "\f"]
)
def test_control_characters_do_not_break_lines(logger, kept, character):
    log_to(logger)(1, f"before{character}ERROR forged")
    ((level, message),) = kept.records
    assert level == logging.WARNING
    assert character not in message and message.startswith("before\\") and message.endswith("ERROR forged")
    assert len(message.splitlines()) == 1


def test_percent_signs_and_other_text_stay(logger, kept):
    log_to(logger)(0, "100 %s ünï \\ {x}")
    log_to(logger)(99, "a level of a newer library")
    assert kept.records == [(logging.ERROR, "100 %s ünï \\ {x}"), (logging.DEBUG, "a level of a newer library")]


def test_what_an_issuer_answers_forges_no_line(introspecting, gated, logger, kept):
    gated.endpoints["/introspect"] = lambda *_: (200, {"active": True, "iss": "x\nERROR root: forged\x1b[31m"})
    with pytest.raises(mxauth.IssuerError):
        introspecting(gated, logger=logger).validate("some-token")
    until(lambda: kept.records)
    assert all(len(message.splitlines()) == 1 and "\x1b" not in message for _, message in kept.records)


def test_a_handler_that_fails_is_reported_and_nothing_else_happens(fetching, issuer, logger, monkeypatch):
    class Failing(logging.Handler):
        def emit(self, record):
            raise RuntimeError("disk full")

    unraisable = []
    monkeypatch.setattr("sys.unraisablehook", lambda report: unraisable.append(report.exc_value))
    logger.addHandler(Failing())
    assert fetching(issuer, logger=logger).validate(issuer.token())
    until(lambda: unraisable)
    assert isinstance(unraisable[0], RuntimeError)


def test_a_handler_may_use_the_validator(fetching, issuer, logger):
    statistics = []

    class Using(logging.Handler):
        def emit(self, record):
            statistics.append(validator.statistics())

    validator = fetching(issuer, logger=logger, transport=False)
    logger.addHandler(Using())
    validator.start_transport()
    assert validator.validate(issuer.token())
    until(lambda: statistics)


@pytest.mark.parametrize("meanwhile", ["validator._judge(token)", "validator.validate(token, timeout=30)"])
def test_a_handler_may_even_close_the_validator(run_python, issuer, meanwhile):
    """Freeing it would wait for the very thread that the handler is on."""
    out = run_python(
        f"""
        import logging, sys, threading, mxauth
        closed = threading.Event()
        class Closing(logging.Handler):
            def emit(self, record):
                validator.close()
                closed.set()
        logger = logging.getLogger("x")
        logger.setLevel(logging.DEBUG)
        logger.addHandler(Closing())
        token = sys.argv[2]
        validator = mxauth.Validator(server_name="example.org", issuer=sys.argv[1], any_audience=True,
                                     allow_http="loopback", logger=logger, transport=False)
        validator.start_transport()
        try:
            {meanwhile}
        except mxauth.UsageError:
            pass
        assert closed.wait(30)
        for _ in range(1000):
            pass
        print("closed")
        """,
        issuer.url,
        issuer.token(),
    )
    assert out == "closed\n"


def test_closing_while_it_logs_is_no_deadlock(run_python, issuer):
    """close waits for the library's thread, which waits for the GIL."""
    run_python(
        f"""
        import logging, mxauth
        logger = logging.getLogger("x")
        logger.setLevel(logging.DEBUG)
        logger.addHandler(logging.NullHandler())
        for _ in range(100):
            validator = mxauth.Validator(server_name="example.org", issuer={issuer.url!r}, any_audience=True,
                                         allow_http="loopback", logger=logger)
            try:
                validator.validate({issuer.token()!r}, timeout=0)
            except mxauth.Pending:
                pass
            validator.close()
        for _ in range(100):
            validator = mxauth.Validator(server_name="example.org", issuer={issuer.url!r}, any_audience=True,
                                         allow_http="loopback", logger=logger)
            validator.stop_transport()
            validator.start_transport()
            validator.validate({issuer.token()!r})
            del validator
        """
    )


def test_a_validator_that_nobody_refers_to_is_freed(fetching, issuer, logger, kept):
    validator = mxauth.Validator(
        server_name="x", issuer=issuer.url, any_audience=True, allow_http="loopback", logger=logger
    )
    gone = weakref.ref(validator)
    del validator
    assert gone() is None


def test_a_cycle_through_the_logger_is_collected(issuer):
    logger = logging.Logger("cycle")
    validator = mxauth.Validator(
        server_name="x", issuer=issuer.url, any_audience=True, allow_http="loopback", logger=logger
    )
    logger.validator = validator
    gone = weakref.ref(validator)
    del validator, logger
    gc.collect()
    assert gone() is None
