# SPDX-License-Identifier: Apache-2.0
"""What mxauth.h has, Python has: functions, numbers, options, and all of it with types and documentation."""

import inspect
import os
import re
import subprocess
import sys
from enum import Enum
from pathlib import Path

import pytest
from conftest import ROOT

import mxauth

HEADER = (ROOT / "include/mxauth.h").read_text(encoding="utf-8")
CODE = re.sub(r"/\*.*?\*/", "", HEADER, flags=re.S)
FUNCTIONS = set(re.findall(r"\b(mxauth_\w+)\(", CODE)) - {"mxauth_clock", "mxauth_log"}
BINDING = ROOT / "bindings/python"


def documented():
    """C function -> Python names, of the table in docs/python.md."""
    text = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(mxauth_\w+)` \| (.+) \|$", text, re.M)
    return {function: re.findall(r"`([\w.]+)", names) for function, names in rows}


def test_every_function_is_called_by_the_extension():
    sources = "".join(path.read_text(encoding="utf-8") for path in (BINDING / "core").glob("*.c"))
    macros = re.findall(r"^OF_\w+\((\w+)\)", sources, re.M)
    called = set(re.findall(r"\b(mxauth_\w+)\b", sources)) | {f"mxauth_{name}" for name in macros}
    assert len(FUNCTIONS) == 63 and FUNCTIONS - called == set()


@pytest.mark.parametrize("function", sorted(FUNCTIONS))
def test_every_function_has_a_name_in_python(function):
    names = documented()[function]
    assert names
    for name in names:
        found = mxauth
        for part in name.split("."):
            found = getattr(found, part)


def test_the_table_has_no_function_that_there_is_not():
    assert set(documented()) == FUNCTIONS


def test_statuses():
    named = {f"MXAUTH_{status.name}": int(status) for status in mxauth.Status}
    assert named == {row.name: int(row.status) for row in mxauth.statuses()}
    assert named == {name: int(value) for name, value in re.findall(r"\b(MXAUTH_\w+) = (\d+)", CODE)}


ENUMS = {
    "GRANT": mxauth.Grant,
    "KIND": mxauth.Kind,
    "CLOCK": mxauth.Clock,
    "REVOKE": mxauth.Revoke,
    "TOKEN_HINT": mxauth.TokenHint,
    "UIA": mxauth.UIA,
    "DEVICE": mxauth.DeviceDecision,
    "APPSERVICE": mxauth.AppserviceDecision,
    "CROSS_SIGNING": mxauth.CrossSigning,
    "LOGIN": mxauth.LoginFlow,
    "LOGIN_ACTION": mxauth.LoginAction,
    "DEVICE_GRANT": mxauth.DeviceGrantDecision,
    "DEVICE_POLL": mxauth.DevicePoll,
}
REFRESH = {**mxauth.RefreshEvent.__members__, **mxauth.RefreshAction.__members__}
# Bits that are keyword arguments or properties in Python, and what needs no number there.
OTHERS = {
    "VERDICT_UNKNOWN_SCOPES", "VERDICT_CACHED", "STAGE_REPEATED", "BEARER_ANY_CHARACTERS", "SCOPE_OF_LOGIN",
    "SCOPE_BOTH_SPELLINGS", "AUTHORIZATION_PROMPT_CREATE", "REFRESH_REVOKED", "DEVICE_GRANT_REDEEMED",
    "DEVICE_GRANT_EXPIRED", "LOG_ERROR", "LOG_WARNING", "LOG_INFO", "LOG_DEBUG", "VERSION_MAJOR", "VERSION_MINOR",
    "VERSION_PATCH",
}  # fmt: skip


def numbers():
    for name, value in re.findall(r"^#define MXAUTH_(\w+) (.+)$", CODE, re.M):
        value = re.sub(r"\(\(uint\d+_t\)(\d+) << (\d+)\)", r"\1 << \2", value.strip())
        if re.fullmatch(r"\d+( << \d+)?", value) and name not in OTHERS:
            yield name, eval(value)


@pytest.mark.parametrize("name, value", list(numbers()))
def test_every_number_has_a_name(name, value):
    prefix = max((p for p in [*ENUMS, "REFRESH"] if name.startswith(p + "_")), key=len)
    member = name[len(prefix) + 1 :]
    assert (REFRESH if prefix == "REFRESH" else ENUMS[prefix].__members__)[member] == value


def test_no_name_has_no_number():
    known = {name for name, _ in numbers()}
    for prefix, enum in ENUMS.items():
        assert {f"{prefix}_{member}" for member in enum.__members__} - known == set()
    assert {f"REFRESH_{member}" for member in REFRESH} - known - {"REFRESH_REVOKE"} == set()


def test_options_have_types():
    subprocess.run([sys.executable, BINDING / "options.py", "--check"], check=True)


def members(of):
    for name, value in vars(of).items():
        if not name.startswith("_") and (inspect.isroutine(value) or isinstance(value, property)):
            yield value


@pytest.mark.parametrize("name", sorted(set(mxauth.__all__) - {"__version__"}))
def test_everything_is_documented(name):
    value = getattr(mxauth, name)
    assert value.__doc__ and len(value.__doc__) > 15
    if inspect.isclass(value) and not issubclass(value, Enum) and not issubclass(value, tuple):
        for member in members(value):
            assert member.__doc__, member


def test_names_are_all_there():
    public = {name for name in vars(mxauth) if not name.startswith("_") and not inspect.ismodule(vars(mxauth)[name])}
    assert public == set(mxauth.__all__)


@pytest.fixture(scope="module")
def mypy(tmp_path_factory):
    cache = tmp_path_factory.mktemp("mypy")

    def mypy(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "mypy", "--strict", f"--cache-dir={cache}", *map(str, arguments)],
            capture_output=True, text=True, check=False, cwd=BINDING,
            env={**os.environ, "MYPYPATH": str(Path(mxauth.__file__).parents[1])},
        )  # fmt: skip

    return mypy


def test_types_of_the_package(mypy):
    checked = mypy("-p", "mxauth")
    assert checked.returncode == 0, checked.stdout


def test_types_of_a_program_that_uses_it(mypy):
    program = ROOT / "Tests/python/typed.py"
    expected = {
        number: re.findall(r"# error: ([\w-]+)", line)[0]
        for number, line in enumerate(program.read_text(encoding="utf-8").splitlines(), 1)
        if "# error: " in line
    }
    found = re.findall(r"typed\.py:(\d+): error: .*\[([\w-]+)\]$", mypy(program).stdout, re.M)
    assert {int(number): code for number, code in found} == expected and len(expected) > 10


def test_the_stub_has_what_the_extension_has():
    from mxauth import _core

    stub = (BINDING / "src/mxauth/_core.pyi").read_text(encoding="utf-8")
    there = {name for name in dir(_core) if not name.startswith("__")}
    there |= {name for of in (_core.Validator, _core.Verdict) for name in vars(of) if not name.startswith("__")}
    described = set(re.findall(r"^ *def (\w+)\(", stub, re.M)) | set(re.findall(r"^class (\w+)", stub, re.M))
    assert there == {name for name in described if not name.startswith("__")}
