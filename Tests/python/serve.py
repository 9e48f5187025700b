# SPDX-License-Identifier: Apache-2.0
"""serve.py SIGNED OPAQUE: an issuer in a process of its own, so that what it takes is not ours. Prints a line of JSON:
its URL, signed tokens and opaque ones, of users and devices by number."""

import json
import sys

from conftest import Issuer

signed, opaque = map(int, sys.argv[1:])
server = Issuer()
tokens = [server.token(username=f"u{number}") for number in range(signed)]
opaque_tokens = [server.opaque_token(f"DEVICE{number:04}") for number in range(opaque)]
print(json.dumps({"url": server.url, "signed": tokens, "opaque": opaque_tokens}), flush=True)
server.serve_forever()
