# SPDX-License-Identifier: Apache-2.0
"""mxauth.conf(5): the option table."""
import markdown
import roff


def page(document, release):
    body = [
        ".SH NAME",
        r"mxauth.conf \- options of mxauth, libmxauth and what is built on it",
        ".SH DESCRIPTION",
        roff.prose("Lines of `name = value`; lines that begin with `#` are comments. `mxauth --config FILE` reads such a file. "
                   "The names and values are those of `mxauth_config_set` and of `--option NAME=VALUE`."),
        ".PP",
        roff.prose("`issuer` begins an issuer, and the `issuer.…` options that follow are for that issuer. An unknown name or a "
                   "value outside the range is refused at once. `issuer.keys = @FILE` takes what the file holds; a relative name "
                   "starts from the folder of the configuration file."),
        ".SH OPTIONS",
    ]
    for name, kind, default, allowed, meaning in markdown.rows(document, 5):
        facts = f"{kind}: {allowed}." + (f" Default: {default}." if default else "")
        body.append(roff.listed(roff.bold(markdown.plain(name)), meaning, facts[0].upper() + facts[1:]))
    body += [
        ".SH EXAMPLES",
        roff.code(["# A homeserver with one issuer.", "server_name = example.org", "", "issuer = https://auth.example.org/",
                   "issuer.audience = https://matrix.example.org"]),
        ".SH SEE ALSO",
        r"\fBmxauth\fR(1), \fBmxauth\fR(3)",
    ]
    return roff.page("MXAUTH.CONF", 5, release, "File Formats", body)
