# SPDX-License-Identifier: Apache-2.0
"""The wheel that `make wheel` has built: what it carries, and the corpus with it in a clean environment."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT
from elftools.elf.elffile import ELFFile


@pytest.fixture(scope="module")
def wheel():
    (wheel,) = (ROOT / "build/wheel").glob("mxauth-*.whl")
    return wheel


def clean(*command, folder):
    """Without anything of this session in its environment, in a folder elsewhere."""
    completed = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, cwd=folder, env={"PATH": "/usr/bin:/bin"}
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return completed.stdout


def test_it_carries_the_library_and_nothing_of_others(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert [name for name in names if ".so" in name] == ["mxauth/_core.abi3.so", "mxauth/libmxauth.so.1"]
    assert {"mxauth/py.typed", "mxauth/_core.pyi"} <= set(names) and any(name.endswith("LICENSE") for name in names)
    assert not [name for name in names if name.endswith((".c", ".h", ".pyc"))]


def test_it_looks_for_the_library_beside_itself(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        file = archive.extract("mxauth/_core.abi3.so", tmp_path)
    with open(file, "rb") as stream:
        dynamic = ELFFile(stream).get_section_by_name(".dynamic")
        paths = [tag.runpath if tag.entry.d_tag == "DT_RUNPATH" else tag.rpath for tag in dynamic.iter_tags()
                 if tag.entry.d_tag in ("DT_RUNPATH", "DT_RPATH")]  # fmt: skip
    assert paths == ["$ORIGIN"]


def test_its_tag_is_true(wheel, tmp_path):
    tag = re.fullmatch(r"mxauth-[\d.]+-cp39-abi3-(manylinux_2_\d+_\w+)\.whl", wheel.name)[1]
    excluded = ["--exclude", "libcrypto.so.3", "--exclude", "libjansson.so.4"]
    shown = subprocess.run(
        [sys.executable, "-m", "auditwheel", "show", wheel], capture_output=True, text=True, check=True
    ).stdout
    assert "libcrypto.so.3" in shown and "libjansson.so.4" in shown and "libcurl" not in shown
    audited = subprocess.run(
        [sys.executable, "-m", "auditwheel", "repair", "--plat", tag, *excluded, "--wheel-dir", tmp_path, wheel],
        capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert audited.returncode == 0, audited.stderr


def test_the_corpus_passes_in_a_clean_environment(wheel, tmp_path):
    clean(sys.executable, "-m", "venv", tmp_path / "venv", folder=tmp_path)
    python = tmp_path / "venv/bin/python"
    clean(python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel, folder=tmp_path)
    where = clean(python, "-c", "import mxauth._core as core; print(core.__file__)", folder=tmp_path).strip()
    assert where.startswith(str(tmp_path))
    used = clean(python, "-c", "import mxauth; print(open('/proc/self/maps').read())", folder=tmp_path)
    libraries = {line.split()[-1] for line in used.splitlines() if "libmxauth" in line}
    assert libraries == {where.replace("_core.abi3.so", "libmxauth.so.1")}
    assert clean(python, ROOT / "Tests/python/corpus.py", folder=tmp_path) == "1529 judged, 295 good, 0 wrong\n"
