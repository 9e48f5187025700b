# SPDX-License-Identifier: Apache-2.0
"""mxauth(1): what the tool says about itself."""
import json
import re
import subprocess

import roff

EVERYWHERE = {"help", "version"}


def page(binary, release):
    tool = json.loads(subprocess.run([binary, "--experimental-dump-help"], check=True, capture_output=True).stdout)["command"]
    codes = re.fullmatch(r"Exit codes: (.+)\.", tool["discussion"])[1]
    body = [
        ".SH NAME",
        f"mxauth \\- {roff.text(lowered(tool['abstract']))}",
        ".SH SYNOPSIS",
        r"\fBmxauth\fR \fICOMMAND\fR [\fIOPTION\fR]... [\fIARGUMENT\fR]...",
        ".SH DESCRIPTION",
        roff.prose(tool["abstract"]),
        ".PP",
        roff.prose("Each command tells more with `--help`, and the tool's version with `--version`."),
        ".SH COMMANDS",
    ]
    for command in commands(tool):
        body += section(command)
    body.append(".SH EXIT STATUS")
    for code in re.findall(r"(\d+) ([^\d]+?)(?:, |$)", codes):
        body.append(roff.listed(roff.bold(code[0]), code[1]))
    body += [".SH SEE ALSO", r"\fBmxauth\fR(3), \fBmxauth.conf\fR(5)"]
    return roff.page("MXAUTH", 1, release, "User Commands", body)


def lowered(sentence):
    return sentence[0].lower() + sentence[1:].rstrip(".")


def commands(tool, before=()):
    """Those that do something, by their whole names."""
    for command in tool.get("subcommands", []):
        name = (*before, command["commandName"])
        if not command["shouldDisplay"] or command["commandName"] == "help":
            continue
        if command.get("subcommands"):
            yield from commands(command, name)
        else:
            yield {**command, "name": " ".join(name)}


def section(command):
    arguments = [each for each in command.get("arguments", [])
                 if each["shouldDisplay"] and each["valueName"] not in EVERYWHERE]
    lines = [
        f".SS mxauth {roff.text(command['name'])}",
        " ".join([roff.bold(f"mxauth {command['name']}"), *(usage(each) for each in arguments)]),
        ".PP",
        roff.prose(command.get("abstract", "")),
    ]
    for paragraph in filter(None, command.get("discussion", "").split("\n\n")):
        lines += [".PP", roff.prose(paragraph)]
    for argument in arguments:
        default = f" (default: {argument['defaultValue']})" if argument.get("defaultValue") else ""
        lines.append(roff.listed(term(argument), argument.get("abstract", "") + default))
    return lines


def value(argument):
    return rf"\fI{roff.text(argument['valueName'])}\fR"


def spelled(name):
    return roff.bold(("-" if name["kind"] == "short" else "--") + name["name"])


def term(argument):
    if argument["kind"] == "positional":
        return value(argument)
    names = ", ".join(spelled(name) for name in argument["names"])
    return names if argument["kind"] == "flag" else f"{names} {value(argument)}"


def usage(argument):
    if argument["kind"] == "positional":
        word = value(argument)
    else:
        word = spelled(argument["preferredName"]) + ("" if argument["kind"] == "flag" else f" {value(argument)}")
    if argument["isRepeating"]:
        word += "..."
    return f"[{word}]" if argument["isOptional"] else word
