# SPDX-License-Identifier: Apache-2.0
"""The example homeserver over real HTTP, beside a real issuer, by hand and by matrix-nio: homeserver.py PROGRAM. The
cases take the URL of a homeserver and its issuer, whoever has started them. Ends with `N passed, N failed`."""

import asyncio
import http.client
import json
import logging
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import nio

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples" / "issuer"))
import issuer  # noqa: E402

CLIENT = "/_matrix/client"
WHOAMI = f"{CLIENT}/v3/account/whoami"
UPLOAD = f"{CLIENT}/v3/keys/device_signing/upload"
SERVED = {
    f"GET {CLIENT}/versions": 200,
    f"GET {CLIENT}/v1/auth_metadata": 200,
    f"GET {CLIENT}/v3/login": 200,
    f"GET {WHOAMI}": 200,
    f"GET {CLIENT}/v3/sync": 200,
    f"POST {CLIENT}/v3/createRoom": 200,
    f"POST {UPLOAD}": 200,
    f"PUT {CLIENT}/v3/rooms/{{roomId}}/send/{{eventType}}/{{txnId}}": 403,
}
passed = failed = 0


def check(holds, what):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    if not holds:
        print(f"FAILED: {what}", file=sys.stderr)


class Client:
    """One connection to a homeserver."""

    def __init__(self, url):
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)

    def ask(self, method, path, token=None, body="{}"):
        """Status, challenge and document; `token` may be a whole header."""
        header = token if token is None or " " in token else f"Bearer {token}"
        headers = {} if header is None else {"Authorization": header}
        self.connection.request(method, path, body if method in ("POST", "PUT") else None, headers)
        response = self.connection.getresponse()
        text = response.read()
        return response.status, response.headers["WWW-Authenticate"] or "", json.loads(text) if text else None


def endpoints():
    """The rows of the table for versions that homeservers have, with something in place of each variable."""
    names, *rows = (line.split("\t") for line in (ROOT / "packaging/endpoints.tsv").read_text().splitlines())
    for row in (dict(zip(names, row)) for row in rows):
        if row["method"] in ("GET", "POST", "PUT", "DELETE") and row["demand"] != "never":
            yield row, row["path"].replace("{", "").replace("}", "")


def every_endpoint(url, at):
    """Each endpoint of the table, for everybody: what needs a token is closed, whether it is served or not."""
    client, now = Client(url), int(time.time())
    good = at.sign("ES256", at.claims(device="EVERYWHERE"))
    strangers = issuer.Issuer(at.url, kinds=["P-256"])
    expired = at.claims(iat=now - 900, exp=now - 600)
    visitors = {
        "without a token": (None, 401, "M_MISSING_TOKEN"),
        "another scheme": ("Basic YWJj", 401, "M_MISSING_TOKEN"),
        "a bad token": ("abc", 401, "M_UNKNOWN_TOKEN"),
        "another key": (strangers.sign("ES256", strangers.claims(), kid="p-256-1"), 401, "M_UNKNOWN_TOKEN"),
        "expired": (at.sign("ES256", expired), 401, "M_UNKNOWN_TOKEN"),
        "no scope": (at.sign("ES256", at.claims(scope="openid")), 403, "M_FORBIDDEN"),
    }
    count = 0
    for row, path in endpoints():
        if path.endswith(("/logout", "/logout/all")):
            continue
        count += 1
        name = f"{row['method']} {row['path']}"
        closed = row["auth"] in ("required", "appservice")
        for label, (token, status, errcode) in visitors.items():
            found = client.ask(row["method"], path, token)
            if closed or row["auth"] == "optional" and label != "without a token":
                check(found[0] == status and found[2]["errcode"] == errcode and found[1], f"{name}, {label}: {found}")
                check(found[2].get("soft_logout", False) == (label == "expired"), f"{name}, {label}: {found}")
            else:
                check(found[0] == SERVED.get(name, 404), f"{name}, {label}: {found}")
        found = client.ask(row["method"], path, good)
        wanted = 403 if row["auth"] == "appservice" else SERVED.get(name, 404)
        check(found[0] == wanted, f"{name}, a good token: {found}, not {wanted}")
        check(client.ask("OPTIONS", path)[0] in (200, 204, 404), f"OPTIONS {path} needs no token")
    check(count > 150, f"{count} endpoints")


def tokens_of_every_kind(url, at):
    client = Client(url)
    for label, token in issuer.labelled_tokens(at).items():
        status, challenge, body = client.ask("GET", WHOAMI, token)
        if label.startswith("good"):
            check(status == 200 and body == {"user_id": "@alice:example.org", "device_id": "ABCDEFGHIJ"}, f"{label}: {body}")
        else:
            forbidden = label in ("two-devices", "no-api-scope")
            check(status == (403 if forbidden else 401), f"{label}: {status} {body}")
            check(body["errcode"] == ("M_FORBIDDEN" if forbidden else "M_UNKNOWN_TOKEN"), f"{label}: {body}")
            check(challenge and token not in json.dumps(body) + challenge, f"{label}: {challenge}")


def requests_that_are_odd(url, at):
    good = at.sign("ES256", at.claims(device="ODDREQUEST"))
    for what, method, path, status in (
        ("a query", "GET", WHOAMI + "?a=b", 200),
        ("another version", "GET", f"{CLIENT}/r0/account/whoami", 404),
        ("a slash more", "GET", WHOAMI + "/", 404),
        ("dots", "GET", f"{CLIENT}/v3/x/../account/whoami", 404),
        ("encoded dots", "GET", f"{CLIENT}/v3/x/%2e%2e/account/whoami", 404),
        ("an encoded slash", "GET", f"{CLIENT}/v3/account%2Fwhoami", 404),
        ("two slashes", "GET", "/" + WHOAMI, 404),
        ("an encoded letter", "GET", WHOAMI.replace("who", "%77ho"), 200),
        ("the wrong method", "DELETE", WHOAMI, 405),
        ("nowhere", "GET", "/nowhere", 404),
        ("a room of nobody's", "PUT", f"{CLIENT}/v3/rooms/!9:x/send/m.room.message/1", 403),
    ):
        found = Client(url).ask(method, path, good)
        check(found[0] == status, f"{what}: {found}, not {status}")
    check(Client(url).ask("GET", f"{WHOAMI}?access_token={good}")[0] == 401, "a token in the query does not count")
    check(Client(url).ask("GET", f"{CLIENT}/v3/login", good)[2]["flows"][0]["type"] == "m.login.sso", "login flows")
    check(Client(url).ask("GET", f"{CLIENT}/v1/auth_metadata")[2]["issuer"] == at.url, "auth_metadata names the issuer")


def cross_signing(url, at):
    """MSC3967 and MSC4312: the first keys need nothing, the same ones neither, and others are not to be had."""
    client = Client(url)
    token = at.sign("ES256", at.claims(device="KEYSDEVICE", username="carol"))
    first, other = ({"master_key": {"user_id": "@carol:example.org", "keys": {"ed25519:x": key}}} for key in "ab")
    check(client.ask("POST", UPLOAD, token, json.dumps(first))[0] == 200, "the first keys")
    check(client.ask("POST", UPLOAD, token, json.dumps(first))[0] == 200, "the same keys")
    status, _, body = client.ask("POST", UPLOAD, token, json.dumps(other))
    check(status == 401 and "m.oauth" in json.dumps(body["flows"]) and "errcode" not in body, f"other keys: {body}")
    again = other | {"auth": {"session": body["session"]}}
    status, _, repeated = client.ask("POST", UPLOAD, token, json.dumps(again))
    check(status == 401 and repeated["errcode"] == "M_FORBIDDEN" and repeated["session"] == body["session"], f"{repeated}")
    check(client.ask("POST", UPLOAD, token, "[")[0] == 400, "no JSON")
    check(client.ask("POST", UPLOAD, token, json.dumps(first))[0] == 200, "the first keys are still the stored ones")


def log_out(url, at):
    client = Client(url)
    mine, twin = (at.sign("ES256", at.claims(device="LOGGEDOUTX", jti=jti)) for jti in "ab")
    other = at.sign("ES256", at.claims(device="STAYSHEREX"))
    for token in (mine, twin, other, mine):
        check(client.ask("GET", WHOAMI, token)[0] == 200, "before log-out")
    check(client.ask("POST", f"{CLIENT}/v3/logout")[0] == 401, "log-out without a token")
    check(client.ask("POST", f"{CLIENT}/v3/logout", mine)[0] == 200, "log-out")
    for token in (mine, twin, mine):
        status, _, body = client.ask("GET", WHOAMI, token)
        check(status == 401 and body["errcode"] == "M_UNKNOWN_TOKEN" and not body["soft_logout"], f"after log-out: {body}")
    check(client.ask("POST", f"{CLIENT}/v3/logout", mine)[0] == 401, "log-out once more")
    check(client.ask("GET", WHOAMI, other)[0] == 200, "another device stays")


async def a_real_client(url, at):
    """matrix-nio: who am I, a room, a message, sync, log-out, and no more."""
    logging.getLogger("nio").setLevel(logging.CRITICAL)  # It complains of refusals, which are wanted.
    client = nio.AsyncClient(url.rstrip("/"), "@alice:example.org")
    client.restore_login("@alice:example.org", "NIOSDEVICE", at.sign("RS256", at.claims(device="NIOSDEVICE")))
    try:
        me = await client.whoami()
        check(isinstance(me, nio.WhoamiResponse) and (me.user_id, me.device_id) == ("@alice:example.org", "NIOSDEVICE"), me)
        room = await client.room_create(name="A room")
        check(isinstance(room, nio.RoomCreateResponse) and room.room_id.endswith(":example.org"), room)
        message = {"msgtype": "m.text", "body": "hello"}
        sent = await client.room_send(room.room_id, "m.room.message", message, tx_id="once")
        again = await client.room_send(room.room_id, "m.room.message", message, tx_id="once")
        another = await client.room_send(room.room_id, "m.room.message", message, tx_id="twice")
        check(isinstance(sent, nio.RoomSendResponse) and sent.event_id == again.event_id, f"{sent} {again}")
        check(another.event_id != sent.event_id, f"{another}")
        check(isinstance(await client.sync(timeout=0), nio.SyncResponse), "sync")
        token = client.access_token
        check(isinstance(await client.logout(), nio.LogoutResponse), "log-out")
        client.access_token = token
        refused = await client.whoami()
        check(isinstance(refused, nio.WhoamiError) and refused.status_code == "M_UNKNOWN_TOKEN", refused)
        refused = await client.room_send(room.room_id, "m.room.message", message)
        check(isinstance(refused, nio.RoomSendError) and refused.status_code == "M_UNKNOWN_TOKEN", refused)
    finally:
        await client.close()


def metadata(url):
    """The issuer's metadata with the endpoints that it has not."""
    return json.dumps(issuer.Issuer(url, kinds=[]).metadata() | {
        "authorization_endpoint": f"{url}authorize", "token_endpoint": f"{url}token",
        "registration_endpoint": f"{url}register", "response_modes_supported": ["query", "fragment"],
        "grant_types_supported": ["authorization_code", "refresh_token"], "code_challenge_methods_supported": ["S256"]})


def main(program):
    server = issuer.Server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    at = server.issuer
    process = subprocess.Popen(
        [program, "example.org", at.url, metadata(at.url), "allow_http=loopback", f"issuer.audience={issuer.AUDIENCE}"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    url = process.stdout.readline().strip()
    for cases in (tokens_of_every_kind, every_endpoint, requests_that_are_odd, cross_signing, log_out):
        cases(url, at)
    asyncio.run(a_real_client(url, at))
    process.send_signal(signal.SIGTERM)
    _, log = process.communicate(timeout=20)
    check(process.returncode == 0 and "panic" not in log, f"SIGTERM: {process.returncode} {log}")
    for bad in ([], ["example.org", at.url, metadata(at.url), "nonsense=1"], ["example.org", at.url, "{"]):
        ended = subprocess.run([program, *bad], capture_output=True, text=True, timeout=20, check=False)
        check(ended.returncode == 1 and not ended.stdout and len(ended.stderr) > 20, f"{bad}: {ended}")
    print(f"example homeserver: {passed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
