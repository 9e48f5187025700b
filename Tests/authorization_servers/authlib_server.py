# SPDX-License-Identifier: Apache-2.0
"""An authorization server of Authlib's parts: authlib_server.py PORT PUBLIC_KEY. What is here is what Authlib leaves
to its user (clients, users, storage); protocol, tokens, metadata and client authentication are Authlib's."""
import os
import secrets
import sys
import time
from dataclasses import dataclass
from pathlib import Path

# As its documentation says for tests: plain http on loopback.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "true"

from authlib.common.security import generate_token
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import rfc6749, rfc7523
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from flask import Flask, jsonify
from joserfc.jwk import ECKey, KeySet, import_key

from registrations import CLIENTS, HOMESERVER, LIFETIME, USERNAME

PORT, HOMESERVER_KEY = int(sys.argv[1]), import_key(Path(sys.argv[2]).read_text(encoding="ascii"), "EC")
ORIGIN = f"http://127.0.0.1:{PORT}"
# With a path, so that RFC 8414 puts the well-known part before it.
ISSUER = ORIGIN + "/tenant"
KEYS = KeySet([ECKey.generate_key("P-256", {"kid": "authlib-1", "use": "sig", "alg": "ES256"})])
codes, tokens, used_assertions = {}, [], set()


class Client(rfc6749.ClientMixin):
    def __init__(self, client_id):
        self.client_id = client_id
        self.secret, self.redirect_uri, self.audience, self.kind = CLIENTS[client_id]

    def get_client_id(self):
        return self.client_id

    def get_default_redirect_uri(self):
        return self.redirect_uri

    def get_allowed_scope(self, scope):
        return scope

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret):
        return secrets.compare_digest(self.secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method, endpoint):
        return method != "none"

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type in ("authorization_code", "refresh_token")


class User:
    def get_user_id(self):
        return "01HALICE"


@dataclass
class Code(rfc6749.AuthorizationCodeMixin):
    client_id: str
    redirect_uri: str
    scope: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope


@dataclass
class Token(rfc6749.TokenMixin):
    client_id: str
    token_type: str
    access_token: str
    expires_in: int
    scope: str
    refresh_token: str = None
    issued_at: int = 0
    revoked: bool = False

    def check_client(self, client):
        return self.client_id == client.client_id

    def get_scope(self):
        return self.scope

    def is_expired(self):
        return time.time() > self.issued_at + self.expires_in

    def is_revoked(self):
        return self.revoked


class CodeGrant(rfc6749.grants.AuthorizationCodeGrant):
    def save_authorization_code(self, code, request):
        challenge = request.payload.data["code_challenge"], request.payload.data["code_challenge_method"]
        codes[code] = Code(request.client.client_id, request.payload.redirect_uri, request.scope, *challenge)

    def query_authorization_code(self, code, client):
        return codes.get(code)

    def delete_authorization_code(self, authorization_code):
        codes.clear()

    def authenticate_user(self, authorization_code):
        return User()


class RefreshGrant(rfc6749.grants.RefreshTokenGrant):
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token):
        return next((t for t in tokens if t.refresh_token == refresh_token and not t.revoked), None)

    def authenticate_user(self, refresh_token):
        return User()

    def revoke_old_credential(self, refresh_token):
        refresh_token.revoked = True


class JWTGenerator(JWTBearerTokenGenerator):
    def get_jwks(self):
        return KEYS

    def get_audiences(self, client, user, scope):
        return [client.audience]

    def get_extra_claims(self, client, grant_type, user, scope):
        return {"username": USERNAME}


class PrivateKeyJWT(rfc7523.JWTBearerClientAssertion):
    CLIENT_AUTH_METHOD = "private_key_jwt"

    def get_audiences(self):
        return [ISSUER, METADATA["token_endpoint"]]

    def resolve_client_public_key(self, client):
        return HOMESERVER_KEY

    def validate_jti(self, claims, jti):
        fresh = jti not in used_assertions
        used_assertions.add(jti)
        return fresh


def query_token(token_string, token_type_hint):
    """As in Authlib's documentation."""
    kinds = [token_type_hint] if token_type_hint else ["access_token", "refresh_token"]
    return next((t for kind in kinds for t in tokens if getattr(t, kind) == token_string), None)


class Introspection(IntrospectionEndpoint):
    CLIENT_AUTH_METHODS = ["client_secret_basic", "client_secret_post", "private_key_jwt"]

    def query_token(self, token_string, token_type_hint):
        return query_token(token_string, token_type_hint)

    def check_permission(self, token, client, request):
        return client.client_id == HOMESERVER

    def introspect_token(self, token):
        """The members of Authlib's documentation."""
        return {
            "active": True, "client_id": token.client_id, "token_type": token.token_type, "username": USERNAME,
            "scope": token.scope, "sub": User().get_user_id(), "aud": Client(token.client_id).audience, "iss": ISSUER,
            "exp": token.issued_at + token.expires_in, "iat": token.issued_at}


class Revocation(RevocationEndpoint):
    def query_token(self, token_string, token_type_hint):
        return query_token(token_string, token_type_hint)

    def revoke_token(self, token, request):
        token.revoked = True


METADATA = AuthorizationServerMetadata({
    "issuer": ISSUER,
    "authorization_endpoint": ISSUER + "/authorize",
    "token_endpoint": ISSUER + "/token",
    "introspection_endpoint": ISSUER + "/introspect",
    "introspection_endpoint_auth_methods_supported": Introspection.CLIENT_AUTH_METHODS,
    "introspection_endpoint_auth_signing_alg_values_supported": ["ES256"],
    "revocation_endpoint": ISSUER + "/revoke",
    "jwks_uri": ISSUER + "/jwks",
    "response_types_supported": ["code"],
    "grant_types_supported": ["authorization_code", "refresh_token"],
    "code_challenge_methods_supported": ["S256"],
})
METADATA.validate()

app = Flask(__name__)
server = AuthorizationServer(
    app, query_client=lambda client_id: Client(client_id) if client_id in CLIENTS else None,
    save_token=lambda token, request: tokens.append(
        Token(client_id=request.client.client_id, issued_at=int(time.time()), **token)))


def refresh_token(**_):
    return generate_token(48)


opaque = BearerTokenGenerator(lambda **_: generate_token(42), refresh_token, LIFETIME)
jwt = JWTGenerator(ISSUER, "ES256", refresh_token, LIFETIME)
server.register_token_generator("default", lambda **more: (jwt if more["client"].kind == "jwt" else opaque)(**more))
server.register_grant(CodeGrant, [CodeChallenge(required=True)])
server.register_grant(RefreshGrant)
server.register_endpoint(Introspection)
server.register_endpoint(Revocation)
server.register_client_auth_method(PrivateKeyJWT.CLIENT_AUTH_METHOD, PrivateKeyJWT())

app.add_url_rule(get_well_known_url(ISSUER), "metadata", lambda: jsonify(METADATA))
app.add_url_rule("/tenant/jwks", "jwks", lambda: KEYS.as_dict(private=False))
app.add_url_rule("/tenant/token", "token", server.create_token_response, methods=["POST"])
for name in ("introspection", "revocation"):
    app.add_url_rule(METADATA[name + "_endpoint"].removeprefix(ORIGIN), name, methods=["POST"],
                     view_func=lambda name=name: server.create_endpoint_response(name))


@app.get("/tenant/authorize")
def authorize():
    """The user is logged in and agrees to everything."""
    grant = server.get_consent_grant(end_user=User())
    return server.create_authorization_response(grant=grant, grant_user=User())


app.run("127.0.0.1", PORT, threaded=True)
