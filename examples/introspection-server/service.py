# SPDX-License-Identifier: Apache-2.0
"""What Matrix Authentication Service is to Synapse, for the tokens of other issuers."""

import hashlib
import hmac
import logging
import time

import mxauth
from mxauth import Grant, Revoke, Status

import forms
from forms import answer, refusal
from homeserver import Unavailable

log = logging.getLogger("introspection")
SCOPES = {
    Grant.CLIENT_API: "urn:matrix:client:api:*",
    Grant.OPENID: "openid",
    Grant.SYNAPSE_ADMIN: "urn:synapse:admin:*",
}
MAX_UNFINISHED = 10_000
METADATA_SECONDS = 600


class Service:
    """`issuers` are those of the validator, in its order; metadata are the first one's."""

    def __init__(self, validator, issuers, homeserver, client, secret, overrides):
        self._validator, self._issuers, self._homeserver, self._client = validator, issuers, homeserver, client
        self._secret, self._overrides = secret.encode(), overrides
        self._unfinished = {}
        self._discovered, self._discovered_until = {}, 0.0

    # Introspection (RFC 7662)

    async def introspect(self, request):
        self._check_secret(request)
        form, token = await forms.read(request, "token")
        try:
            active = form.get("token_type_hint", "access_token") == "access_token" and await self._admit(token)
        except mxauth.TokenError as error:
            log.info("inactive: %s", error.name)
            active = None
        return answer(_description(active) if active else {"active": False})

    async def _admit(self, token):
        """The verdict, once Synapse has its user and device; None if it has no user, or Synapse has deactivated him."""
        verdict = await self._validator.validate_async(token)
        known = self._homeserver.knows(verdict.user_id, verdict.device_id)
        wanted = known or verdict.user_id and await self._homeserver.admit(verdict.user_id, verdict.device_id)
        return verdict if wanted else None

    # Revocation (RFC 7009, MSC4254)

    async def revoke(self, request):
        form, token = await forms.read(request, "token")
        key = hashlib.sha256(token.encode()).digest()
        try:
            verdict = self._unfinished.get(key) or await self._validator.validate_async(token)
        except mxauth.TokenError:
            return await self._pass_on(form, request.headers)
        if verdict.client_id and form.get("client_id", verdict.client_id) != verdict.client_id:
            raise refusal(401, "invalid_client", "The token is another client's.")
        # There is no verdict on it from here on, and a client that is answered 503 will come again.
        while len(self._unfinished) >= MAX_UNFINISHED:
            del self._unfinished[next(iter(self._unfinished))]
        self._unfinished[key] = verdict
        self._validator.revoke(Revoke.TOKEN, token)
        if verdict.device_id:
            await self._end_device(verdict.user_id, verdict.device_id)
        await self._end_at_issuer(verdict, token)
        self._unfinished.pop(key, None)
        return answer({})

    async def _end_device(self, user_id, device_id):
        self._validator.revoke_device(user_id, device_id)
        await self._homeserver.delete_device(user_id, device_id)

    async def _end_at_issuer(self, verdict, token):
        try:
            await self._validator.revoke_at_issuer_async(verdict, token, client_id=verdict.client_id or None)
        except mxauth.Error as error:
            if error.status == Status.ISSUER_REFUSES_US:
                raise refusal(401, "invalid_client", "The issuer does not let this client revoke the token.") from error
            if error.status != Status.CONFIG_INCOMPLETE:  # An issuer that has no such endpoint.
                raise

    async def _pass_on(self, form, headers):
        """Refresh tokens are the issuer's to know. Of several issuers nobody can tell whose one is, and it is shown to
        no other."""
        if len(self._issuers) > 1:
            raise refusal(400, "unsupported_token_type", "Only access tokens can be revoked here.")
        endpoint = (await self._discover()).get("revocation_endpoint")
        if endpoint:
            credentials = headers.get("authorization")
            response = await self._client.post(
                endpoint, data=form, headers={"Authorization": credentials} if credentials else None
            )
            if 400 <= response.status_code < 500:
                raise refusal(response.status_code, "invalid_client", "The issuer refuses.")
            if response.status_code != 200:
                raise Unavailable(f"The issuer answers {response.status_code} to a revocation.")
        return answer({})

    async def take_notice(self, request):
        """OpenID Connect Back-Channel Logout section 2.5: an issuer says that a session has ended."""
        _, notice = await forms.read(request, "logout_token")
        try:
            await self._validator.revoke_signed_async(notice)
        except mxauth.TokenError as error:
            log.info("no notice: %s", error.name)
            raise refusal(400, "invalid_request", "This is no good notice.") from error
        return answer({})

    async def revoke_as_administrator(self, request):
        self._check_secret(request)
        form, user_id = await forms.read(request, "user_id")
        try:
            if form.get("device_id"):
                await self._end_device(user_id, form["device_id"])
            else:
                self._validator.revoke(Revoke.USER, user_id)
                await self._homeserver.delete_devices(user_id)
        except mxauth.UsageError as error:
            if error.status == Status.REVOCATIONS_FULL:
                raise
            raise refusal(400, "invalid_request", error.message) from error
        return answer({})

    # Metadata (MSC2965)

    async def metadata(self, _request):
        return answer(mxauth.metadata_merge(await self._discover(), self._overrides))

    async def _discover(self):
        if time.monotonic() > self._discovered_until:
            response = await self._client.get(self._issuers[0].rstrip("/") + "/.well-known/openid-configuration")
            try:
                document = response.json()
                is_its_own = response.status_code == 200 and document["issuer"] == self._issuers[0]
            except (ValueError, LookupError, TypeError):
                is_its_own = False
            if not is_its_own:
                raise Unavailable(f"The issuer gives no metadata: HTTP {response.status_code}.")
            self._discovered, self._discovered_until = document, time.monotonic() + METADATA_SECONDS
        return self._discovered

    def _check_secret(self, request):
        scheme, _, presented = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(presented.encode("latin-1"), self._secret):
            raise refusal(401, "invalid_client", "The secret is wrong.", **{"WWW-Authenticate": "Bearer"})


def _description(verdict):
    """Only scopes that the library gives a meaning to: what else an issuer grants is not Synapse's to know."""
    members = {
        "scope": " ".join(scope for grant, scope in SCOPES.items() if verdict.grants & grant),
        "username": verdict.user_id[1:].partition(":")[0],
        "sub": verdict.subject,
        "client_id": verdict.client_id,
        "device_id": verdict.device_id,
        "iat": verdict.issued_at,
        "token_type": "access_token",
    }
    if verdict.expires_at:  # Synapse reads expires_in alone.
        members |= {"exp": verdict.expires_at, "expires_in": max(0, verdict.expires_at - int(time.time()))}
    return {"active": True} | {name: value for name, value in members.items() if value}
