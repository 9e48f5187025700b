# SPDX-License-Identifier: Apache-2.0
"""Who is known to the authorization servers under test."""

USERNAME = "alice"
LIFETIME = 300
AUDIENCE = "https://hs.test"
SCOPE = "openid urn:matrix:client:api:* urn:matrix:client:device:ABCDEFGHIJ"
REDIRECT = "http://127.0.0.1:9/callback"

# Signs that mean something in forms, in URLs or in Basic credentials.
HOMESERVER, HOMESERVER_SECRET = "the:home&server", "s%41+cr et:=ü"

# client ID: secret, redirect URI, audience of its tokens, their kind
CLIENTS = {
    "element": ("element's secret", REDIRECT, AUDIENCE, "opaque"),
    "element-jwt": ("element's secret", REDIRECT, AUDIENCE, "jwt"),
    "other": ("other's secret", REDIRECT, "https://other.test", "opaque"),
    "other-jwt": ("other's secret", REDIRECT, "https://other.test", "jwt"),
    HOMESERVER: (HOMESERVER_SECRET, None, None, None),
}
