# SPDX-License-Identifier: Apache-2.0
"""include/mxauth.h for Python, as far as the tests need it. The library is the one that $MXAUTH_LIBRARY names."""
import ctypes
import os
import re
import threading
import time
from ctypes import POINTER, Structure, byref, c_char, c_char_p, c_int, c_int32, c_int64, c_size_t, c_uint16, c_uint32
from ctypes import c_uint64, c_void_p, sizeof

from constants import *  # noqa: F403

SECOND = 1_000_000_000


class Text(Structure):
    _fields_ = [("length", c_uint16), ("bytes", c_char * 256)]


class Verdict(Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("status", c_int32), ("kind", c_uint32), ("flags", c_uint32),
        ("grants", c_uint64), ("expires_at", c_int64), ("issued_at", c_int64), ("issuer", c_uint32),
        ("user_id", Text), ("device_id", Text), ("subject", Text), ("client_id", Text), ("exchange", c_uint64)]


class Error(Structure):
    _fields_ = [("struct_size", c_uint32), ("status", c_int32), ("subject", c_char * 64), ("message", c_char * 512)]


class Exchange(Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("timeout_ms", c_uint32), ("id", c_uint64), ("method", c_char_p),
        ("url", c_char_p), ("headers", c_char_p), ("body", c_void_p), ("body_length", c_size_t),
        ("max_response", c_size_t)]


class Response(Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("http_status", c_uint32), ("headers", c_char_p), ("headers_length", c_size_t),
        ("body", c_char_p), ("body_length", c_size_t)]


class Stats(Structure):
    _fields_ = [("struct_size", c_uint32), ("key_sets", c_uint32)] + [
        (name, c_uint64) for name in (
            "validations", "accepted", "pending", "exchanges_ok", "exchanges_failed", "key_sets_replaced",
            "key_sets_unchanged", "log_dropped", "cache_hits", "cache_entries", "cache_bytes", "introspections",
            "revocations")]


class StatusInfo(Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("status", c_int32), ("name", c_char_p), ("sentence", c_char_p),
        ("remedy", c_char_p), ("http_status", c_uint32), ("soft_logout", c_uint32), ("errcode", c_char_p),
        ("oauth_error", c_char_p)]


CLOCK = ctypes.CFUNCTYPE(c_int64, c_void_p, c_uint32)
LOG = ctypes.CFUNCTYPE(None, c_void_p, c_uint32, c_char_p)


def _load():
    library = ctypes.CDLL(os.environ["MXAUTH_LIBRARY"])
    token = [c_void_p, c_char_p, c_size_t]
    signatures = {
        "status_name": (c_char_p, [c_int32]),
        "config_new": (c_void_p, []),
        "config_free": (None, [c_void_p]),
        "config_set": (c_int32, [c_void_p, c_char_p, c_char_p, POINTER(Error)]),
        "config_set_clock": (c_int32, [c_void_p, CLOCK, c_void_p]),
        "config_set_log": (c_int32, [c_void_p, LOG, c_void_p]),
        "validator_new": (c_int32, [c_void_p, POINTER(c_void_p), POINTER(Error)]),
        "validator_free": (None, [c_void_p]),
        "validate": (c_int32, token + [POINTER(Verdict), POINTER(Error)]),
        "validate_wait": (c_int32, token + [c_int64, POINTER(Verdict), POINTER(Error)]),
        "next_exchange": (c_int32, [c_void_p, POINTER(Exchange)]),
        "complete_exchange": (c_int32, [c_void_p, c_uint64, POINTER(Response), POINTER(Error)]),
        "next_deadline": (c_int64, [c_void_p]),
        "event_fd": (c_int, [c_void_p]),
        "clear_events": (None, [c_void_p]),
        "transport_start": (c_int32, [c_void_p, POINTER(Error)]),
        "transport_stop": (None, [c_void_p]),
        "statistics": (c_int32, [c_void_p, POINTER(Stats)]),
        "metrics": (c_int32, [c_void_p, c_char_p, c_size_t, POINTER(c_size_t), POINTER(Error)]),
        "claims": (c_int32, token + [c_char_p, c_size_t, POINTER(c_size_t), POINTER(Error)]),
        "explain": (c_int32, token + [c_char_p, c_size_t, POINTER(c_size_t), POINTER(Error)]),
        "describe": (c_int32, [c_void_p, c_int32, POINTER(StatusInfo)]),
        "revoke": (c_int32, [c_void_p, c_uint32, c_char_p, c_int64, POINTER(Error)]),
        "revoke_at_issuer": (
            c_int32, [c_void_p, c_uint32, c_char_p, c_size_t, c_uint32, c_char_p, c_int64, POINTER(Error)]),
        "revoke_signed": (c_int32, token + [POINTER(Error)]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, "mxauth_" + name)
        function.restype, function.argtypes = result, arguments
    return library


lib = _load()
# Every line that any validator of this process has logged: (level, message).
all_log_lines = []


def name(status):
    return lib.mxauth_status_name(status).decode()


class Refused(Exception):
    def __init__(self, status, error):
        super().__init__(f"{name(status)} {error.subject.decode()}: {error.message.decode()}")
        self.status = status


class Clock:
    """Stands still until a test moves it. Wall time moves along, from what it is now."""

    def __init__(self):
        self.monotonic = 1_000_000 * SECOND
        self.wall = time.time_ns()
        self.hook = None

    def advance(self, seconds):
        self.wall += int(seconds * SECOND)
        self.monotonic += int(seconds * SECOND)

    def read(self, _user, which):
        if self.hook:
            self.hook()
        return self.monotonic if which else self.wall


class Validator:
    def __init__(self, options, clock=None, on_log=None):
        self.log, self._on_log, self._closed = [], on_log, False
        self._callbacks = [LOG(self._write)]
        self.handle = c_void_p()
        config = lib.mxauth_config_new()
        try:
            error = Error(sizeof(Error))
            for key, value in options:
                status = lib.mxauth_config_set(config, key.encode(), value.encode(), byref(error))
                if status:
                    raise Refused(status, error)
            lib.mxauth_config_set_log(config, self._callbacks[0], None)
            if clock:
                self._callbacks.append(CLOCK(clock.read))
                lib.mxauth_config_set_clock(config, self._callbacks[1], None)
            status = lib.mxauth_validator_new(config, byref(self.handle), byref(error))
            if status:
                raise Refused(status, error)
        finally:
            lib.mxauth_config_free(config)

    def _write(self, _user, level, message):
        line = (level, message.decode())
        self.log.append(line)
        all_log_lines.append(line)
        if self._on_log:
            self._on_log(self)

    def close(self):
        if not self._closed:
            self._closed = True
            lib.mxauth_validator_free(self.handle)

    def verdict(self, token):
        verdict = Verdict(sizeof(Verdict))
        lib.mxauth_validate(self.handle, token, len(token), byref(verdict), None)
        return verdict

    def validate(self, token):
        return lib.mxauth_validate(self.handle, token, len(token), byref(Verdict(sizeof(Verdict))), None)

    def wait(self, token, milliseconds=5000):
        verdict = Verdict(sizeof(Verdict))
        return lib.mxauth_validate_wait(self.handle, token, len(token), milliseconds, byref(verdict), None)

    def next_exchange(self):
        exchange = Exchange(sizeof(Exchange))
        status = lib.mxauth_next_exchange(self.handle, byref(exchange))
        assert status in (OK, IDLE), name(status)
        return exchange if status == OK else None

    def complete(self, exchange_id, status, headers=b"", body=b""):
        response = Response(sizeof(Response), status, headers, len(headers), body, len(body))
        return lib.mxauth_complete_exchange(self.handle, exchange_id, byref(response), None)

    def _text(self, function, token):
        buffer = ctypes.create_string_buffer(1 << 16)
        status = function(self.handle, token, len(token), buffer, len(buffer), None, None)
        return buffer.value.decode() if status == OK else name(status)

    def claims(self, token):
        return self._text(lib.mxauth_claims, token)

    def explain(self, token):
        return self._text(lib.mxauth_explain, token)

    def describe(self, status):
        info = StatusInfo(sizeof(StatusInfo))
        assert lib.mxauth_describe(self.handle, status, byref(info)) == OK
        return info

    def revoke(self, kind, value, not_before=0):
        return lib.mxauth_revoke(self.handle, kind, value, not_before, None)

    def revoke_at_issuer(self, issuer, token, hint, client_id, milliseconds):
        return lib.mxauth_revoke_at_issuer(
            self.handle, issuer, token, len(token), hint, client_id, milliseconds, None)

    def revoke_signed(self, notice):
        return lib.mxauth_revoke_signed(self.handle, notice, len(notice), None)

    @property
    def deadline(self):
        return lib.mxauth_next_deadline(self.handle)

    @property
    def stats(self):
        stats = Stats(sizeof(Stats))
        assert lib.mxauth_statistics(self.handle, byref(stats)) == OK
        return stats

    @property
    def settled(self):
        stats = self.stats
        return stats.exchanges_ok + stats.exchanges_failed

    def metrics(self):
        needed = c_size_t()
        lib.mxauth_metrics(self.handle, None, 0, byref(needed), None)
        buffer = ctypes.create_string_buffer(needed.value + 4096)  # other threads go on counting
        assert lib.mxauth_metrics(self.handle, buffer, len(buffer), None, None) == OK
        return buffer.value.decode()

    def exchanges(self, result):
        return int(re.search(rf'mxauth_exchanges_total{{result="{result}"}} (\d+)', self.metrics()).group(1))


def on_threads(count, work):
    """Runs work(0), work(1) … at once and returns what each of them returned."""
    results = [None] * count

    def run(index):
        results[index] = work(index)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
