#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""serve.py SETTINGS: an introspection server for Synapse. README.md describes the settings, a JSON file."""

import json
import logging
import socket
import sys
from pathlib import Path

import httpx
import mxauth
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

import forms
from homeserver import Homeserver, Unavailable
from service import Service, log


def application(service):
    async def answer_trouble(request, error):
        log.error("%s: %s", request.url.path, error if str(error) else repr(error))
        return forms.answer({"error": "temporarily_unavailable"}, 503)

    app = Starlette(
        routes=[
            Route("/oauth2/introspect", service.introspect, methods=["POST"]),
            Route("/oauth2/revoke", service.revoke, methods=["POST"]),
            Route("/oauth2/backchannel_logout", service.take_notice, methods=["POST"]),
            Route("/admin/revoke", service.revoke_as_administrator, methods=["POST"]),
            Route("/.well-known/openid-configuration", service.metadata),
        ],
        # Clients in browsers read metadata and revoke tokens.
        middleware=[Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST"])],
        exception_handlers={HTTPException: forms.answer_refusal}
        | dict.fromkeys((Unavailable, httpx.HTTPError, mxauth.IssuerError, mxauth.UsageError), answer_trouble),
    )
    app.router.redirect_slashes = False
    return app


def main(path):
    settings = json.loads(Path(path).read_text(encoding="utf-8"))
    secret = Path(settings["secret_file"]).read_text(encoding="utf-8").strip()
    if len(secret.split()) != 1:
        sys.exit("serve.py: secret_file has to hold one word")  # Synapse takes no other from a header.
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    issuers = settings["issuers"]
    host, _, port = settings["listen"].rpartition(":")
    client = httpx.AsyncClient(timeout=10, trust_env=False)
    with mxauth.Validator(
        issuers=[mxauth.Issuer(url, **options) for url, options in issuers.items()],
        logger=logging.getLogger("mxauth"),
        **settings["options"],
    ) as validator:
        service = Service(
            validator,
            list(issuers),
            Homeserver(client, settings["synapse"], secret),
            client,
            secret,
            settings.get("metadata", {}),
        )
        listener = socket.create_server((host, int(port)))
        print("http://%s:%d/" % listener.getsockname(), flush=True)
        uvicorn.Server(
            uvicorn.Config(application(service), loop="asyncio", access_log=False, server_header=False, log_config=None)
        ).run(sockets=[listener])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
