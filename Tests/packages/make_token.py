#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A key set and tokens of now for README.md's program: make_token.py FOLDER. Signed by joserfc: somebody else's code."""
import json
import pathlib
import sys
import time

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

folder = pathlib.Path(sys.argv[1])
key = ECKey.generate_key("P-256", {"kid": "1", "use": "sig", "alg": "ES256"})
now = int(time.time())


def write(name, issued):
    claims = {
        "iss": "https://auth.example.org/", "aud": "https://matrix.example.org", "sub": "1", "username": "alice",
        "client_id": "client", "scope": "urn:matrix:client:api:* urn:matrix:client:device:AABBCCDDEE",
        "iat": issued, "exp": issued + 3600,
    }
    (folder / name).write_text(jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": "1"}, claims, key))


(folder / "keys.json").write_text(json.dumps(KeySet([key]).as_dict(private=False)))
write("good.jwt", now)
write("expired.jwt", now - 7200)
