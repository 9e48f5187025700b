# SPDX-License-Identifier: Apache-2.0
"""Users and devices of Synapse, by the interface that it has for Matrix Authentication Service."""

import asyncio
import weakref
from urllib.parse import quote


class Unavailable(Exception):
    """Synapse or the issuer does not do what it was asked to."""


class Homeserver:
    """Synapse accepts a token only while its user and device are in the database, and drops what it has cached about
    the token once the device is gone."""

    def __init__(self, client, url, secret):
        self._client, self._url = client, url.rstrip("/") + "/_synapse/mas/"
        self._headers = {"Authorization": f"Bearer {secret}"}
        self._known, self._locks = set(), weakref.WeakValueDictionary()

    def _lock(self, user_id):
        """One thing after the other for each user, in the order in which they were asked for: a device that is revoked
        while it is made is deleted afterwards."""
        return self._locks.setdefault(user_id, asyncio.Lock())

    def knows(self, user_id, device_id):
        return (user_id, device_id) in self._known

    async def admit(self, user_id, device_id):
        """Makes user and device unless they are there; False if the user has been deactivated. Not called again for a
        device: one that Synapse's administrator deletes does not come back with its old token."""
        localpart = _localpart(user_id)
        async with self._lock(user_id):
            known = await self._call("GET", f"query_user?localpart={quote(localpart, safe='')}", 200, 404)
            if known.status_code == 404:
                await self._call("POST", "provision_user", 200, 201, localpart=localpart)
            elif known.json()["is_deactivated"]:
                return False
            if device_id:
                await self._call("POST", "upsert_device", 200, 201, localpart=localpart, device_id=device_id)
                self._known.add((user_id, device_id))
            return True

    async def delete_device(self, user_id, device_id):
        async with self._lock(user_id):
            await self._call("POST", "delete_device", 204, 404, localpart=_localpart(user_id), device_id=device_id)
            self._known.discard((user_id, device_id))

    async def delete_devices(self, user_id):
        async with self._lock(user_id):
            await self._call("POST", "sync_devices", 200, 404, localpart=_localpart(user_id), devices=[])
            self._known = {device for device in self._known if device[0] != user_id}

    async def _call(self, method, name, *expected, **document):
        answer = await self._client.request(method, self._url + name, headers=self._headers, json=document or None)
        if answer.status_code not in expected:
            raise Unavailable(f"Synapse answers {answer.status_code} to {name.partition('?')[0]}")
        return answer


def _localpart(user_id):
    return user_id[1:].partition(":")[0]
