# SPDX-License-Identifier: Apache-2.0
"""The extension, for the stable ABI of CPython 3.9 and later.

MXAUTH_INCLUDE is the folder of mxauth.h and MXAUTH_LIBRARY a libmxauth.so.1, which is carried along beside the
extension; without them the system's are used.
"""

import os
import shutil
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

INCLUDE = os.environ.get("MXAUTH_INCLUDE")
LIBRARY = os.environ.get("MXAUTH_LIBRARY")


class BuildWithLibrary(build_ext):
    def build_extension(self, extension):
        # Where the interpreter that builds has its own libraries says nothing about other machines.
        self.compiler.linker_so = [flag for flag in self.compiler.linker_so if not flag.startswith("-Wl,-rpath")]
        super().build_extension(extension)
        if LIBRARY:
            carried = Path(self.get_ext_fullpath(extension.name)).with_name(Path(LIBRARY).name)
            carried.unlink(missing_ok=True)  # processes that have it loaded keep it
            shutil.copy(LIBRARY, carried)


setup(
    ext_modules=[
        Extension(
            "mxauth._core",
            sources=sorted(map(str, Path("core").glob("*.c"))),
            depends=sorted(map(str, Path("core").glob("*.h"))),
            include_dirs=[INCLUDE] if INCLUDE else [],
            library_dirs=[str(Path(LIBRARY).parent)] if LIBRARY else [],
            libraries=["mxauth"],
            extra_compile_args=["-std=gnu11", "-fvisibility=hidden", "-Wall", "-Wextra", "-Wshadow"],
            extra_link_args=["-Wl,-s", "-Wl,-rpath,$ORIGIN"],
            py_limited_api=True,
        )
    ],
    cmdclass={"build_ext": BuildWithLibrary},
    options={"bdist_wheel": {"py_limited_api": "cp39"}},
)
