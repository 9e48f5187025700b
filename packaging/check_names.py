# SPDX-License-Identifier: Apache-2.0
"""check_names.py PAGE: does everything still exist that a page names? Functions, types, tests and C programs in code font,
and the headings that its own links lead to."""
import pathlib
import re
import sys

root = pathlib.Path(__file__).parent.parent
page = pathlib.Path(sys.argv[1])
text = page.read_text("utf-8")
# Names of the Matrix specification: a security scheme, and error codes.
FOREIGN = re.compile(r"appserviceAccessTokenBearer|(IO\.ELEMENT\.MSC4190\.)?M_[A-Z_]+")

files = [
    path for folder in ("Sources", "Tests", "include", "packaging") for path in (root / folder).rglob("*")
    if path.suffix in (".swift", ".c", ".py", ".h") and path != pathlib.Path(__file__)]
words = set(re.findall(r"\w+", "\n".join(path.read_text("utf-8") for path in files)))
programs = {path.name for path in files}

problems = []
names = re.findall(r"`([A-Za-z_]\w+(?:\.\w+)*)(?:[:(][^`]*)?`", text)
for name in names:
    if FOREIGN.fullmatch(name):
        continue
    parts = [name] if name in programs else name.split(".")
    if not all(part in words or part in programs for part in parts):
        # The rest of a name whose beginning stands before it: `MXAUTH_UIA_NONE`, `ELSEWHERE`.
        if not any(word.endswith("_" + name) for word in words):
            problems.append(f"nothing is called {name}")
headings = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.*)$", text, re.M)}
problems += [f"no heading for #{link}" for link in re.findall(r"\]\(#([^)]*)\)", text) if link not in headings]
for problem in problems:
    print(f"{page.name}: {problem}")
print(f"{page.name}: {len(names)} names looked up")
sys.exit(bool(problems))
