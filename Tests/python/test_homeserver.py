# SPDX-License-Identifier: Apache-2.0
"""The example homeserver, with matrix-nio as its client and the loopback issuer."""

import asyncio
import http.client
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, urlsplit

import nio
import pytest
from conftest import ROOT, serving

import issuer as loopback

EXAMPLE = ROOT / "examples/homeserver-python"
ALICE = "@alice:example.org"
ENDPOINTS = [
    ("GET", "/v3/account/whoami"),
    ("GET", "/v3/sync"),
    ("POST", "/v3/createRoom"),
    ("PUT", "/v3/rooms/!a:b/send/m.room.message/1"),
    ("POST", "/v3/keys/device_signing/upload"),
    ("POST", "/v3/logout"),
    ("POST", "/v3/logout/all"),
]


class Homeserver:
    def __init__(self, issuer_url):
        self.process = subprocess.Popen(
            [
                sys.executable,
                str(EXAMPLE / "homeserver.py"),
                issuer_url,
                loopback.AUDIENCE,
                str(EXAMPLE / "metadata.json"),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.url = self.process.stdout.readline().strip()

    def ask(self, method, path, token=None, body=None):
        """Status, document and headers."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        text = body if isinstance(body, (str, bytes, type(None))) else json.dumps(body)
        try:
            connection.request(method, "/_matrix/client" + path, text, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read()), response.headers
        finally:
            connection.close()

    def whoami(self, token):
        status, document, _ = self.ask("GET", "/v3/account/whoami", token)
        return status, document.get("errcode") or document["device_id"]

    def stop(self):
        self.process.terminate()
        _, log = self.process.communicate(timeout=60)
        return self.process.returncode, log


@pytest.fixture(scope="module")
def server(issuer):
    server = Homeserver(issuer.url)
    yield server
    _, log = server.stop()
    assert "eyJ" not in log, "a token in the log"
    assert "Traceback" not in log, log


def with_client(server, token, device, session):
    async def run():
        client = nio.AsyncClient(server.url, ALICE, device)
        client.access_token, client.user_id = token, ALICE
        try:
            return await session(client)
        finally:
            await client.close()

    return asyncio.run(run())


def test_a_client(server, issuer):
    async def session(client):
        me = await client.whoami()
        flows = await client.login_info()
        room = await client.room_create()
        sent = await client.room_send(room.room_id, "m.room.message", {"msgtype": "m.text", "body": "Hello"}, tx_id="1")
        again = await client.room_send(
            room.room_id, "m.room.message", {"msgtype": "m.text", "body": "Hello"}, tx_id="1"
        )
        synced = await client.sync(timeout=0)
        out = await client.logout()
        client.access_token = token  # which it has forgotten
        after = [await client.whoami(), await client.room_create(), await client.sync(timeout=0)]
        return me, flows, room, sent, again, synced, out, after

    token = issuer.token(device="NIOCLIENT001")
    me, flows, room, sent, again, synced, out, after = with_client(server, token, "NIOCLIENT001", session)
    assert (me.user_id, me.device_id) == (ALICE, "NIOCLIENT001")
    assert "m.login.sso" in flows.flows
    assert sent.event_id == again.event_id, "a repetition is answered as it was the first time"
    assert [event.body for event in synced.rooms.join[room.room_id].timeline.events] == ["Hello"]
    assert isinstance(out, nio.LogoutResponse)
    assert [answer.status_code for answer in after] == ["M_UNKNOWN_TOKEN"] * 3, "from the very next request on"


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_who_is_refused(server, issuer, method, path):
    tokens = loopback.labelled_tokens(issuer.issuer)
    for label, status, errcode in (
        (None, 401, "M_MISSING_TOKEN"),
        ("expired", 401, "M_UNKNOWN_TOKEN"),
        ("tampered-payload", 401, "M_UNKNOWN_TOKEN"),
        ("foreign-key", 401, "M_UNKNOWN_TOKEN"),
        ("alg-none", 401, "M_UNKNOWN_TOKEN"),
        ("wrong-audience", 401, "M_UNKNOWN_TOKEN"),
        ("id-token", 401, "M_UNKNOWN_TOKEN"),
        ("no-api-scope", 403, "M_FORBIDDEN"),
        ("two-devices", 403, "M_FORBIDDEN"),
    ):
        found, document, headers = server.ask(method, path, label and tokens[label], {})
        assert (found, document["errcode"]) == (status, errcode), label
        assert headers["WWW-Authenticate"].startswith("Bearer "), label
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert document.get("soft_logout", False) == (label == "expired")


def test_what_is_open(server, issuer):
    expired = loopback.labelled_tokens(issuer.issuer)["expired"]
    for path in ("/versions", "/v1/auth_metadata", "/v3/login"):
        status, _, headers = server.ask("GET", path)
        assert (status, headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert server.ask("GET", "/v3/login", expired)[0] == 200


def test_metadata(server):
    document = server.ask("GET", "/v1/auth_metadata")[1]
    assert document["issuer"] == "https://auth.example.org/"
    assert document["response_types_supported"] == ["code"]
    assert "introspection_endpoint" not in document


def test_log_out(server, issuer):
    mine, same, other = (
        issuer.token(device=device, jti=jti)
        for device, jti in (("LOGSOUT00001", "1"), ("LOGSOUT00001", "2"), ("STAYSHERE001", "3"))
    )
    assert [server.whoami(token)[0] for token in (mine, same, other)] == [200] * 3
    assert server.ask("POST", "/v3/logout", mine, {})[0] == 200
    assert server.whoami(mine) == (401, "M_UNKNOWN_TOKEN")
    assert server.whoami(same) == (401, "M_UNKNOWN_TOKEN")
    assert server.whoami(other) == (200, "STAYSHERE001")
    assert server.ask("POST", "/v3/logout", mine, {})[0] == 401, "once"


def test_log_out_everywhere(server, issuer):
    bobs = [issuer.token(username="bob", device=device) for device in ("BOBSPHONE001", "BOBSLAPTOP01")]
    assert [server.whoami(token)[0] for token in bobs] == [200, 200]
    assert server.ask("POST", "/v3/logout/all", bobs[0], {})[0] == 200
    assert [server.whoami(token)[0] for token in bobs] == [401, 401]


def test_log_out_without_the_issuer(issuer):
    """Here it is at once all the same."""
    with serving() as leaving:
        server = Homeserver(leaving.url)
        token = leaving.token()
        assert server.whoami(token)[0] == 200
    assert server.ask("POST", "/v3/logout", token, {})[0] == 200
    assert server.whoami(token) == (401, "M_UNKNOWN_TOKEN")
    assert server.ask("GET", "/v1/auth_metadata")[:2] == (
        503,
        {"errcode": "M_UNKNOWN", "error": "The authorization server cannot be asked."},
    )
    assert "the issuer has not heard of a log-out" in server.stop()[1]


def test_transactions_are_of_a_device(server, issuer):
    one, two = (issuer.token(device=device) for device in ("TRANSACTION1", "TRANSACTION2"))
    room = server.ask("POST", "/v3/createRoom", one, {})[1]["room_id"]
    path = f"/v3/rooms/{room}/send/m.room.message/7"
    first, spelled = server.ask("PUT", path, one, {})[1], server.ask("PUT", path.replace("!", "%21"), one, {})[1]
    assert first == spelled
    assert server.ask("PUT", path, two, {})[1] != first
    no_device = issuer.token(scope=loopback.API_SCOPE)
    assert server.ask("PUT", path, no_device, {})[:2] == (
        400,
        {"errcode": "M_INVALID_PARAM", "error": "Only a client with a device can send."},
    )


def test_rooms_of_others(server, issuer):
    room = server.ask("POST", "/v3/createRoom", issuer.token(), {})[1]["room_id"]
    bob = issuer.token(username="carol", device="CAROLSPHONE1")
    for place in (room, "!nowhere:example.org", room + "%2F", room + "/.."):
        assert server.ask("PUT", f"/v3/rooms/{place}/send/m.room.message/1", bob, {})[0] in (403, 404)
    assert server.ask("GET", "/v3/sync", bob)[1]["rooms"]["join"] == {}


def test_an_encoded_slash_belongs_to_an_id(server, issuer):
    token = issuer.token()
    room = server.ask("POST", "/v3/createRoom", token, {})[1]["room_id"]
    kind = "org.example/odd"
    assert server.ask("PUT", f"/v3/rooms/{room}/send/{quote(kind, safe='')}/%2F..%2F", token, {})[0] == 404
    assert server.ask("PUT", f"/v3/rooms/{room}/send/{quote(kind, safe='')}/a%2Fb", token, {})[0] == 200
    events = server.ask("GET", "/v3/sync", token)[1]["rooms"]["join"][room]["timeline"]["events"]
    assert [event["type"] for event in events] == [kind]
    assert server.ask("GET", "/v3%2Fsync", token)[0] == 404


def test_cross_signing(server, issuer):
    token = issuer.token(username="dave", device="DAVESPHONE01")
    first, other = ({"master_key": {"keys": {f"ed25519:{name}": name}}} for name in "AB")
    path = "/v3/keys/device_signing/upload"
    assert [server.ask("POST", path, token, body)[0] for body in (first, first, {}, other)] == [200, 200, 200, 401]
    _, stage, _ = server.ask("POST", path, token, other)
    assert stage["params"]["m.oauth"]["url"] == "https://auth.example.org/account?action=org.matrix.cross_signing_reset"
    assert "errcode" not in stage
    again = server.ask("POST", path, token, {**other, "auth": {"session": stage["session"]}})
    assert (again[0], again[1]["errcode"]) == (401, "M_FORBIDDEN"), "nobody has approved"
    for body in (
        {"master_key": 1},
        {**other, "auth": {}},
        {**other, "auth": {"type": "m.login.dummy", "session": "x"}},
    ):
        assert server.ask("POST", path, token, body)[0] == 400, body
    assert server.ask("POST", path, token, first)[0] == 200, "nothing has changed"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 200),
        ("{", 400),
        ("[]", 400),
        ('"x"', 400),
        (b"\xff", 400),
        ("[" * 5000, 400),
        (b"{" + b" " * 70000 + b"}", 413),
    ],
)
def test_bodies(server, issuer, body, status):
    found, document, headers = server.ask("POST", "/v3/createRoom", issuer.token(), body)
    assert (found, headers["Access-Control-Allow-Origin"]) == (status, "*")
    assert status == 200 or document["errcode"].startswith("M_")


def test_what_there_is_not(server, issuer):
    for method, path, status in (
        ("GET", "/v3/capabilities", 404),
        ("DELETE", "/v3/sync", 405),
        ("GET", "/v3/none", 404),
        ("GET", "/r0/account/whoami", 404),
        ("GET", "/../versions", 404),
    ):
        found, document, _ = server.ask(method, path, issuer.token())
        assert (found, document["errcode"]) == (status, "M_UNRECOGNIZED"), path
    assert server.ask("OPTIONS", "/v3/sync")[0] == 200


def test_one_command():
    done = subprocess.run(
        [EXAMPLE / "run.sh"], capture_output=True, text=True, timeout=120, env={**os.environ, "PYTHON": sys.executable}
    )
    assert done.returncode == 0, done.stderr
    codes = [line[-4:-1] for line in done.stdout.splitlines() if line.endswith(")")]
    assert codes == ["200", "200", "200", "401", "401", "401", "403", "200", "200", "200", "401", "200", "401", "401"]
    assert len(Path(EXAMPLE / "homeserver.py").read_text().splitlines()) < 200
