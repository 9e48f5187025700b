# SPDX-License-Identifier: Apache-2.0
"""The example server over real HTTP, beside a real issuer: server.py SERVER. Ends with `N passed, N failed`."""

import http.client
import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples" / "issuer"))
import issuer  # noqa: E402

CLIENT = "/_matrix/client/v3"
passed = failed = 0


def check(holds, what):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    if not holds:
        print(f"FAILED: {what}", file=sys.stderr)


class Running:
    """The server with one issuer, as a context."""

    def __init__(self, program, *options):
        self.process = subprocess.Popen([program, *options], stdout=subprocess.PIPE, text=True)
        self.address = urlsplit(self.process.stdout.readline().strip()).netloc

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        check(self.process.wait(10) == 0, "SIGTERM ends the server with status 0")
        self.process.stdout.close()

    def ask(self, path, *authorization, method="GET"):
        """Status, challenge and body; `path` goes out as it stands, and several headers as several."""
        connection = http.client.HTTPConnection(self.address, timeout=10)
        connection.putrequest(method, path, skip_accept_encoding=True)
        for value in authorization:
            connection.putheader("Authorization", value)
        connection.putheader("Content-Length", "0")
        connection.endheaders()
        response = connection.getresponse()
        body = response.read()
        connection.close()
        check(response.headers["Content-Type"] == "application/json", f"{path}: JSON")
        return response.status, response.headers["WWW-Authenticate"] or "", json.loads(body)


def judge_tokens(server, tokens, away):
    me = f"{CLIENT}/account/whoami"
    for label, token in tokens.items():
        status, challenge, body = server.ask(me, f"Bearer {token}")
        if label.startswith("good"):
            check(status == 200 and body == {"user_id": "@alice:example.org", "device_id": "ABCDEFGHIJ"}, label)
        elif label in ("two-devices", "no-api-scope"):
            check(status == 403 and body["errcode"] == "M_FORBIDDEN" and challenge, label)
        else:
            check(status == 401 and body["errcode"] == "M_UNKNOWN_TOKEN" and 'error="invalid_token"' in challenge, label)
        check(body.get("soft_logout", False) == (label == "expired"), f"{label}: soft_logout")
        check(token not in json.dumps(body) + challenge, f"{label}: the token is not sent back")
    check(away.ask(me, f"Bearer {tokens['good-RS256']}")[0] == 503, "503, not 401, while the issuer is away")
    check(away.ask("/_matrix/client/versions")[0] == 200, "what needs no token is served without the issuer")


def judge_requests(server, good, foreign):
    bearer = f"Bearer {good}"
    me = f"{CLIENT}/account/whoami"
    for what, path, headers, method, status, errcode in (
        ("no token", me, [], "GET", 401, "M_MISSING_TOKEN"),
        ("another scheme", me, [f"Basic {good}"], "GET", 401, None),
        ("an empty header", me, [""], "GET", 401, None),
        ("two headers", me, [bearer, bearer], "GET", 401, None),
        ("two headers, the first of them bad", me, [f"Bearer {foreign}", bearer], "GET", 401, None),
        ("a token in the query", f"{me}?access_token={good}", [], "GET", 401, "M_MISSING_TOKEN"),
        ("no endpoint", "/nowhere", [bearer], "GET", 404, "M_UNRECOGNIZED"),
        ("the wrong method", me, [bearer], "DELETE", 405, "M_UNRECOGNIZED"),
        ("dots in the path", f"{CLIENT}/x/../account/whoami", [bearer], "GET", 404, "M_UNRECOGNIZED"),
        ("encoded dots", f"{CLIENT}/x/%2e%2e/account/whoami", [bearer], "GET", 404, "M_UNRECOGNIZED"),
        ("two slashes", f"/{me}", [bearer], "GET", 404, "M_UNRECOGNIZED"),
        ("not offered here", f"{CLIENT}/sync", [bearer], "GET", 404, "M_UNRECOGNIZED"),
        ("not offered, nor allowed", f"{CLIENT}/sync", [], "GET", 401, "M_MISSING_TOKEN"),
        ("log-out without a token", f"{CLIENT}/logout", [], "POST", 401, "M_MISSING_TOKEN"),
    ):
        found = server.ask(path, *headers, method=method)
        check(found[0] == status and errcode in (None, found[2]["errcode"]), f"{what}: {found}, not {status} {errcode}")
    check(server.ask(f"{me}?x=1", bearer)[0] == 200, "a query does not matter")
    check("scope=" in server.ask(me, f"Bearer {foreign}")[1], "what scope would do")


def judge_together(server, tokens):
    outcomes = []

    def work():
        for _ in range(20):
            outcomes.append(server.ask(f"{CLIENT}/account/whoami", f"Bearer {tokens['good-ES256']}")[0] == 200)
            outcomes.append(server.ask(f"{CLIENT}/account/whoami", f"Bearer {tokens['expired']}")[0] == 401)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(len(outcomes) == 320 and all(outcomes), "the same answers on eight connections at once")


def log_out(server, at):
    mine = f"Bearer {at.issuer.sign('ES256', at.issuer.claims(device='LOGGEDOUTX'))}"
    other = f"Bearer {at.issuer.sign('ES256', at.issuer.claims(device='STAYSHEREX'))}"
    me = f"{CLIENT}/account/whoami"
    check(server.ask(me, mine)[0] == 200 and server.ask(me, other)[0] == 200, "two devices")
    check(server.ask(f"{CLIENT}/logout", mine, method="POST")[0] == 200, "log-out")
    status, _, body = server.ask(me, mine)
    check(status == 401 and body["errcode"] == "M_UNKNOWN_TOKEN" and not body["soft_logout"], "logged out at once")
    check(server.ask(me, other)[0] == 200, "the other device is not")


def main(program):
    at = issuer.Server()
    threading.Thread(target=at.serve_forever, daemon=True).start()
    options = ["server_name=example.org", "allow_http=loopback", "issuer.audience=" + issuer.AUDIENCE]
    tokens = issuer.labelled_tokens(at.issuer)
    named = [options[0], options[1], "issuer=" + at.issuer.url, options[2]]
    # Nobody listens on port 1.
    lost = [*named, "issuer.jwks_uri=http://127.0.0.1:1/"]
    with Running(program, *named) as server, Running(program, *lost) as away:
        judge_tokens(server, tokens, away)
        judge_requests(server, tokens["good-RS256"], tokens["no-api-scope"])
        judge_together(server, tokens)
        log_out(server, at)
    for bad in (["nonsense"], ["server_name"], [*named, "exchange_timeout=0"], []):
        ended = subprocess.run([program, *bad], capture_output=True, text=True, timeout=10, check=False)
        check(ended.returncode == 2 and not ended.stdout and len(ended.stderr) > 20, f"options {bad}: {ended}")
    print(f"example server: {passed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
