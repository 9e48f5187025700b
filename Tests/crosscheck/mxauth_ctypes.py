# SPDX-License-Identifier: Apache-2.0
"""include/mxauth.h for ctypes: as much of it as tests in Python need."""

import ctypes

Status = ctypes.c_int32
Clock = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_uint32)


class Sized(ctypes.Structure):
    """A struct that begins with its own size, as the header's *_INIT macros set it."""

    def __init__(self):
        super().__init__(ctypes.sizeof(self))


class Error(Sized):
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("status", Status),
        ("subject", ctypes.c_char * 64),
        ("message", ctypes.c_char * 512),
    ]


class Text(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("bytes", ctypes.c_char * 256)]

    def __str__(self):
        return self.bytes[: self.length].decode()


class Verdict(Sized):
    _fields_ = [
        ("struct_size", ctypes.c_uint32),
        ("status", Status),
        ("kind", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("grants", ctypes.c_uint64),
        ("expires_at", ctypes.c_int64),
        ("issued_at", ctypes.c_int64),
        ("issuer", ctypes.c_uint32),
        ("user_id", Text),
        ("device_id", Text),
        ("subject", Text),
        ("client_id", Text),
        ("exchange", ctypes.c_uint64),
    ]


FUNCTIONS = {
    "mxauth_version": (ctypes.c_char_p, []),
    "mxauth_status_name": (ctypes.c_char_p, [Status]),
    "mxauth_config_new": (ctypes.c_void_p, []),
    "mxauth_config_free": (None, [ctypes.c_void_p]),
    "mxauth_config_set": (Status, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(Error)]),
    "mxauth_config_set_clock": (Status, [ctypes.c_void_p, Clock, ctypes.c_void_p]),
    "mxauth_validator_new": (Status, [ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(Error)]),
    "mxauth_validator_free": (None, [ctypes.c_void_p]),
    "mxauth_validate": (
        Status,
        [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(Verdict), ctypes.POINTER(Error)],
    ),
}


class Refused(Exception):
    """A configuration that the library does not take."""


class Library:
    def __init__(self, path):
        self.functions = ctypes.CDLL(path)
        for name, (result, arguments) in FUNCTIONS.items():
            function = getattr(self.functions, name)
            function.restype, function.argtypes = result, arguments

    @property
    def version(self):
        return self.functions.mxauth_version().decode()

    def status_name(self, status):
        return self.functions.mxauth_status_name(status).decode()


class Validator:
    """A validator of the options given as (name, value) pairs; `now` in Unix seconds stops its clock."""

    def __init__(self, library, options, now=None):
        self.library = library
        self.functions = library.functions
        self.handle = ctypes.c_void_p()
        # The library keeps the function: it must live as long as the validator.
        self.clock = Clock(lambda user, clock: now * 1_000_000_000)
        config, error = self.functions.mxauth_config_new(), Error()
        try:
            for name, value in options:
                status = self.functions.mxauth_config_set(config, name.encode(), value.encode(), error)
                if status or error.message:
                    raise Refused(f"{name}: {error.message.decode()}")
            if now is not None and self.functions.mxauth_config_set_clock(config, self.clock, None):
                raise Refused("mxauth_config_set_clock")
            if self.functions.mxauth_validator_new(config, self.handle, error):
                raise Refused(error.message.decode())
        finally:
            self.functions.mxauth_config_free(config)

    def validate(self, token):
        """Judges a token of bytes; returns the verdict and the error."""
        verdict, error = Verdict(), Error()
        status = self.functions.mxauth_validate(self.handle, token, len(token), verdict, error)
        assert status == verdict.status == error.status
        return verdict, error

    def close(self):
        self.functions.mxauth_validator_free(self.handle)
        self.handle = ctypes.c_void_p()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
