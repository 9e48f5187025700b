#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""homeserver.py ISSUER AUDIENCE [METADATA]: a homeserver without federation and without a memory, on a free port of the
loopback interface, for tokens of that issuer. METADATA is a JSON file of members that the issuer's own metadata lack.

The guard has judged every request before it comes here: who may not make it, and what is no endpoint, is its matter."""

import asyncio
import json
import logging
import secrets
import socket
import sys
import time
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import mxauth
import uvicorn
from mxauth.asgi import Guard

SERVER_NAME = "example.org"
MAX_BODY = 65536
# Matrix specification, "Web browser clients": on every answer, not only on refusals.
HEADERS = [(b"content-type", b"application/json"), (b"access-control-allow-origin", b"*"),
           (b"access-control-allow-methods", b"GET, POST, PUT, DELETE, OPTIONS"),
           (b"access-control-allow-headers", b"X-Requested-With, Content-Type, Authorization")]
log = logging.getLogger("homeserver")


class Answer(Exception):
    """Ends a request with another status than 200."""

    def __init__(self, status, document):
        super().__init__(status)
        self.status, self.document = status, document


def error(status, errcode, message):
    return Answer(status, {"errcode": errcode, "error": message})


class Homeserver:
    def __init__(self, validator, issuer, overrides):
        self._validator, self._issuer, self._overrides = validator, issuer, overrides
        self._events = []     # (room, event), in the order in which they came
        self._members = {}    # of each room
        self._answered = {}   # what a repeated request is answered with
        self._keys = {}       # cross-signing keys of each user
        self._endpoints = {
            "GET versions": self.versions, "GET v1/auth_metadata": self.auth_metadata, "GET v3/login": self.login,
            "GET v3/account/whoami": self.whoami, "GET v3/sync": self.sync, "POST v3/createRoom": self.create_room,
            "PUT v3/rooms/*/send/*/*": self.send, "POST v3/keys/device_signing/upload": self.upload_cross_signing_keys,
            "POST v3/logout": self.log_out, "POST v3/logout/all": self.log_out_everywhere}

    async def __call__(self, scope, receive, send):
        try:
            status, document = 200, await self._answer(scope, receive)
        except Answer as answer:
            status, document = answer.status, answer.document
        body = json.dumps(document).encode()
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": status, "headers": [*HEADERS, length]})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope, receive):
        if scope["method"] == "OPTIONS":
            return {}
        # As it was sent, each segment decoded by itself, as the guard reads it: an encoded slash belongs to an ID.
        segments = [unquote(segment) for segment in scope["raw_path"].decode("ascii").split("/")[3:]]
        for name, handler in self._endpoints.items():
            method, _, pattern = name.partition(" ")
            parts = pattern.split("/")
            if method == scope["method"] and len(parts) == len(segments) and all(
                    part in ("*", segment) for part, segment in zip(parts, segments)):
                ids = [segment for part, segment in zip(parts, segments) if part == "*"]
                body = await _read(receive) if method in ("POST", "PUT") else None
                return await handler(SimpleNamespace(
                    verdict=scope["mxauth.verdict"], method=method, path=scope["raw_path"], body=body, ids=ids,
                    authorization=dict(scope["headers"]).get(b"authorization")))
        raise error(404, "M_UNRECOGNIZED", "This server does not have that endpoint.")

    async def versions(self, _request):
        return {"versions": ["v1.18"]}

    async def auth_metadata(self, _request):
        url = self._issuer.rstrip("/") + "/.well-known/openid-configuration"
        try:
            discovery = await asyncio.to_thread(lambda: urllib.request.urlopen(url, timeout=5).read())
            return mxauth.metadata_merge(discovery, self._overrides)
        except (OSError, mxauth.Error) as problem:
            log.error("no metadata: %s", problem)
            raise error(503, "M_UNKNOWN", "The authorization server cannot be asked.") from problem

    async def login(self, _request):
        """Clients that know OAuth go to auth_metadata; for others there is single sign-on, if the issuer has it."""
        return mxauth.login_flows(mxauth.LoginFlow.SSO | mxauth.LoginFlow.OAUTH_AWARE_PREFERRED)

    async def whoami(self, request):
        verdict = request.verdict
        device = {"device_id": verdict.device_id} if verdict.device_id else {}
        return {"user_id": verdict.user_id, "is_guest": False, **device}

    async def sync(self, request):
        joined = {room: {"timeline": {"events": [event for place, event in self._events if place == room]}}
                  for room, members in self._members.items() if request.verdict.user_id in members}
        return {"next_batch": str(len(self._events)), "rooms": {"join": joined}}

    async def create_room(self, request):
        room = f"!{secrets.token_urlsafe(12)}:{SERVER_NAME}"
        self._members[room] = {request.verdict.user_id}
        return {"room_id": room}

    async def send(self, request):
        room, kind, _ = request.ids
        if request.verdict.user_id not in self._members.get(room, ()):
            raise error(403, "M_FORBIDDEN", "You are not in that room.")
        try:
            key = self._validator.transaction_key(request.verdict, request.method, request.path)
        except mxauth.InputError as problem:
            raise error(400, "M_INVALID_PARAM", "Only a client with a device can send.") from problem
        if key not in self._answered:
            event = {"event_id": f"${secrets.token_urlsafe(32)}", "type": kind, "content": request.body,
                     "sender": request.verdict.user_id, "origin_server_ts": int(time.time() * 1000)}
            self._events.append((room, event))
            self._answered[key] = {"event_id": event["event_id"]}
        return self._answered[key]

    async def upload_cross_signing_keys(self, request):
        stored = self._keys.get(request.verdict.user_id, {})
        try:
            decision = mxauth.cross_signing_check(stored, request.body)
            repeated = bool(mxauth.cross_signing_retry(request.body))
        except mxauth.InputError as problem:
            raise error(400, "M_BAD_JSON", problem.message) from problem
        if decision == mxauth.CrossSigning.UIA:
            # How an approval comes back from the issuer is not specified; here none ever does.
            raise Answer(401, mxauth.cross_signing_stage(await self.auth_metadata(request), "reset", repeated=repeated))
        keys = ("master_key", "self_signing_key", "user_signing_key")
        new = {name: request.body[name] for name in keys if request.body.get(name)}
        self._keys[request.verdict.user_id] = {**stored, **new}
        return {}

    async def log_out(self, request):
        """This device, here from the next request on; and its session at the issuer, as far as that can be reached."""
        token, verdict = self._validator.bearer(request.authorization), request.verdict
        if verdict.device_id:
            self._validator.revoke_device(verdict.user_id, verdict.device_id)
        try:
            await self._validator.revoke_at_issuer_async(verdict, token, client_id=verdict.client_id or None)
        except (mxauth.IssuerError, mxauth.ConfigurationError) as problem:
            log.warning("the issuer has not heard of a log-out: %s", problem)
        return {}

    async def log_out_everywhere(self, request):
        self._validator.revoke(mxauth.Revoke.USER, request.verdict.user_id)
        return await self.log_out(request)


async def _read(receive):
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
        if len(body) > MAX_BODY:
            raise error(413, "M_TOO_LARGE", "That is too much.")
    try:
        document = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise error(400, "M_NOT_JSON", "The body has to be a JSON object.")
    return document


def main(issuer, audience, metadata=None):
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    overrides = json.loads(Path(metadata).read_text(encoding="utf-8")) if metadata else {}
    with mxauth.Validator(server_name=SERVER_NAME, issuer=issuer, audience=audience, allow_http="loopback",
                          logger=logging.getLogger("mxauth")) as validator:
        guarded = Guard(Homeserver(validator, issuer, overrides), validator, raw_path=True)
        listener = socket.create_server(("127.0.0.1", 0))
        print("http://%s:%d" % listener.getsockname(), flush=True)
        config = uvicorn.Config(guarded, lifespan="off", log_config=None, access_log=False)
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    if not 3 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
