# SPDX-License-Identifier: Apache-2.0
"""What joserfc says of a token, and what is right where joserfc and the RFCs part.

Nothing in this file has seen libmxauth's answer. What is right is computed from the bytes of the token alone:

    right = no rule of RULES forbids the token, and joserfc, asked with all READINGS, accepts it

RULES are for what joserfc lets through: each looks at the decoded token and names the clause that forbids it or lets
a verifier set that limit. READINGS are for what joserfc refuses for reasons of its own: each asks joserfc once more
in a way that the clause calls for.
"""

import base64
import decimal
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from joserfc import jwt
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

LEEWAY = 30
MAXIMUM_TOKEN_BYTES = 16_384
RSA_MODULUS_SIZE = 256
LATEST_TIME = 253_402_300_799
TIMES = ("exp", "nbf", "iat")

# --------------------------------------------------------------------------- What is in the bytes of a token


class Document:
    """The JSON text of a header or payload, read as leniently as joserfc does, with notes on what it did."""

    def __init__(self, part):
        self.value = None
        self.duplicates = self.constants = self.large_numbers = 0
        self.is_utf8 = self.has_bom = False
        try:
            self.bytes = base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
            self.value = json.loads(
                self.bytes, object_pairs_hook=self._object, parse_constant=self._constant, parse_int=self._integer,
                parse_float=self._real)  # fmt: skip
        except (ValueError, RecursionError):
            return
        self.has_bom = self.bytes.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff"))
        try:
            json.loads(self.bytes.decode("utf-8"))
            self.is_utf8 = True
        except ValueError:
            pass

    def _object(self, pairs):
        self.duplicates += len(pairs) - len(dict(pairs))
        return dict(pairs)

    def _constant(self, text):
        self.constants += 1
        return decimal.Decimal(text)

    def _integer(self, text):
        self.large_numbers += not -(2**63) <= int(text) < 2**63
        return int(text)

    def _real(self, text):
        self.large_numbers += math.isinf(float(text))
        return decimal.Decimal(text)

    @property
    def is_object(self):
        return isinstance(self.value, dict)

    def get(self, name):
        return self.value.get(name) if self.is_object else None

    def __contains__(self, name):
        return self.is_object and name in self.value

    @cached_property
    def strings(self):
        def walk(value):
            if isinstance(value, str):
                yield value
            elif isinstance(value, dict):
                for name, member in value.items():
                    yield name
                    yield from walk(member)
            elif isinstance(value, list):
                for element in value:
                    yield from walk(element)

        return list(walk(self.value))

    @cached_property
    def depth(self):
        def of(value):
            inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
            return 0 if inner is None else 1 + max(map(of, inner), default=0)

        return of(self.value)

    @property
    def breadth(self):
        """The members of the object and the elements of those that are arrays."""
        return sum(1 + (len(m) if isinstance(m, list) else 0) for m in self.value.values()) if self.is_object else 0


class Anatomy:
    def __init__(self, token):
        self.token = token
        parts = token.split(b".")
        self.header, self.claims = (Document(part) for part in (parts + [b"", b""])[:2])
        self.signature_size = len(parts[-1]) * 3 // 4

    def any(self, predicate):
        return predicate(self.header) or predicate(self.claims)

    def time(self, name):
        """The value if it is a number, exactly."""
        value = self.claims.get(name)
        is_number = isinstance(value, (int, decimal.Decimal)) and not isinstance(value, bool)
        return decimal.Decimal(value) if is_number else None


# ----------------------------------------------------------------------------------- What joserfc lets through


@dataclass(frozen=True)
class Rule:
    name: str
    clause: str
    forbids: Callable[[Anatomy], bool]


def is_lone_surrogate_text(text):
    return any(0xD800 <= ord(character) <= 0xDFFF for character in text)


def is_of_wrong_type(anatomy):
    """A claim that joserfc does not know."""
    claims = anatomy.claims
    names = ["username", "client_id" if "client_id" in claims else "azp", "scope"]
    if any(name in claims and not isinstance(claims.get(name), str) for name in names):
        return True
    scp = [] if "scope" in claims or "scp" not in claims else claims.get("scp")
    return not isinstance(scp, list) or not all(isinstance(token, str) for token in scp)


def is_text_too_long(anatomy):
    claims = anatomy.claims
    names = ["sub", "client_id" if "client_id" in claims else "azp"]
    texts = [claims.get(name) for name in names]
    return any(isinstance(text, str) and len(text.encode("utf-8", "surrogatepass")) > 255 for text in texts)


def scope_tokens(anatomy):
    scope, scp = anatomy.claims.get("scope"), anatomy.claims.get("scp")
    if isinstance(scope, str):
        return scope.split(" ") if scope else []
    return scp if isinstance(scp, list) and "scope" not in anatomy.claims else []


def is_scope_malformed(anatomy):
    return not all(re.fullmatch(r"[\x21\x23-\x5B\x5D-\x7E]+", str(token)) for token in scope_tokens(anatomy))


def are_devices_unusable(anatomy):
    prefix = re.compile(r"urn:matrix:(?:client|org\.matrix\.msc2967\.client):device:(.*)", re.DOTALL)
    devices = {match[1] for match in map(prefix.fullmatch, map(str, scope_tokens(anatomy))) if match}
    return len(devices) > 1 or any(not 1 <= len(device.encode("utf-8", "surrogatepass")) <= 255 for device in devices)


def is_time_out_of_range(anatomy):
    times = [anatomy.time(name) for name in TIMES]
    return any(time is not None and (time < 0 or time >= LATEST_TIME + 1) for time in times)


# In the order in which a disagreement is put down to one of them.
RULES = [
    Rule("token longer than max_token_bytes", "RFC 8259 section 9: an implementation may limit sizes",
         lambda a: len(a.token) > MAXIMUM_TOKEN_BYTES),
    Rule("byte order mark", "RFC 8259 section 8.1: MUST NOT be added; RFC 7515 section 5.2 step 3",
         lambda a: a.any(lambda d: d.has_bom)),
    Rule("UTF-16, UTF-32 or ill-formed UTF-8", "RFC 7515 section 5.2 step 3, RFC 7519 section 7.2 step 10",
         lambda a: a.any(lambda d: d.value is not None and not d.is_utf8 and not d.has_bom)),
    Rule("duplicate member", "RFC 7515 section 4, RFC 7519 section 4: MUST be unique, reject or use the last",
         lambda a: a.any(lambda d: d.duplicates)),
    Rule("NaN or Infinity", "RFC 8259 section 6: not permitted", lambda a: a.any(lambda d: d.constants)),
    Rule("number beyond int64 or double", "RFC 8259 section 9: may limit the range of numbers",
         lambda a: a.any(lambda d: d.large_numbers)),
    Rule("U+0000 in a string", "RFC 8259 section 9: may limit the character contents of strings",
         lambda a: a.any(lambda d: any("\0" in text for text in d.strings))),
    Rule("lone surrogate in a string", "RFC 8259 section 8.2: unpredictable; RFC 7493 section 2.1: MUST NOT",
         lambda a: a.any(lambda d: any(map(is_lone_surrogate_text, d.strings)))),
    Rule("nesting deeper than 32", "RFC 8259 section 9: may limit the depth of nesting",
         lambda a: a.any(lambda d: d.depth > 32)),
    Rule("more than 512 values", "RFC 8259 section 9: may limit sizes", lambda a: a.any(lambda d: d.breadth > 512)),
    Rule("unencoded payload (b64)", "RFC 7797 section 7: MUST NOT be used in JWTs",
         lambda a: "b64" in a.header and a.header.get("b64") is not True),
    Rule("crit", "RFC 7515 section 4.1.11: not empty, no names of the RFC's own, none that is not implemented",
         lambda a: "crit" in a.header),
    Rule("RSA signature of another length", "RFC 8017 sections 8.1.2 and 8.2.2 step 1: as long as the modulus",
         lambda a: str(a.header.get("alg"))[:2] in ("RS", "PS") and a.signature_size != RSA_MODULUS_SIZE),
    Rule("time before 1970 or beyond 9999", "RFC 7519 section 2: seconds since 1970; RFC 8259 section 9",
         is_time_out_of_range),
    Rule("claim of a wrong type", "RFC 9068 section 2.2, RFC 8693 sections 4.2 and 4.3: strings", is_of_wrong_type),
    Rule("text longer than a verdict holds", "RFC 8259 section 9: may limit the length of strings", is_text_too_long),
    Rule("scope grammar", "RFC 6749 section 3.3", is_scope_malformed),
    Rule("device scopes", "MSC2967: exactly one device", are_devices_unusable),
]  # fmt: skip

# ------------------------------------------------------------------------ What joserfc refuses on its own account

KID_ABSENT = "no kid"
EDWARDS = "Edwards key by its other name"
UNREAD_PARAMETERS = "header parameter that is not read"
WHOLE_SECONDS = "fraction of a second"

READINGS = {
    KID_ABSENT: "RFC 7515 section 4.1.4: kid is optional; any key of the set may be the one",
    EDWARDS: "RFC 9864 section 2.2: Ed25519 and Ed448 name what EdDSA does with such a key",
    UNREAD_PARAMETERS: "RFC 7515 section 4: parameters that need not be understood MUST be ignored",
    WHOLE_SECONDS: "RFC 7519 sections 4.1.4 and 4.1.5: the leeway is the verifier's; ours counts whole seconds",
}

UNREAD = ("jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "cty")


class ExactDecoder(json.JSONDecoder):
    def __init__(self):
        super().__init__(parse_float=decimal.Decimal)


class Referee:
    """joserfc with a key set and a policy, as strict as it can be set."""

    def __init__(self, jwks, algorithms, issuer, audiences, now, required):
        self.algorithms = algorithms
        self.keys = KeySet.import_key_set(jwks)
        nameless = [{n: v for n, v in key.items() if key["kty"] != "OKP" or n != "alg"} for key in jwks["keys"]]
        self.keys_without_edwards_alg = KeySet.import_key_set({"keys": nameless})
        self.claims_registry = jwt.JWTClaimsRegistry(
            now=now, leeway=LEEWAY,
            iss={"essential": True, "value": issuer}, aud={"essential": True, "values": audiences},
            exp={"essential": True}, **{name: {"essential": True} for name in required})  # fmt: skip

    def right(self, anatomy):
        return not any(rule.forbids(anatomy) for rule in RULES) and self.accepts(anatomy, READINGS)

    def reasons(self, anatomy):
        """Why joserfc by itself is not right about the token, the first reason first."""
        alone = self.accepts(anatomy)
        if alone:
            yield from (rule.name for rule in RULES if rule.forbids(anatomy))
        yield from (name for name in READINGS if self.accepts(anatomy, {name}) != alone)

    def accepts(self, anatomy, readings=()):
        registry = JWSRegistry(algorithms=self.algorithms, strict_check_header=False)
        registry.max_header_length = registry.max_payload_length = registry.max_signature_length = 1 << 20
        if UNREAD_PARAMETERS in readings:
            registry.header_registry = {n: p for n, p in registry.header_registry.items() if n not in UNREAD}
        keys = self.keys_without_edwards_alg if EDWARDS in readings else self.keys
        is_kid_absent = KID_ABSENT in readings and "kid" not in anatomy.header
        return any(
            self._accepts(anatomy.token, key, registry, WHOLE_SECONDS in readings)
            for key in (keys if is_kid_absent else [keys])
        )

    def _accepts(self, token, key, registry, whole_seconds):
        try:
            decoder = ExactDecoder if whole_seconds else None
            decoded = jwt.decode(token, key, self.algorithms, registry, decoder)
            if whole_seconds:
                for name in TIMES:
                    time = decoded.claims.get(name)
                    if isinstance(time, decimal.Decimal) and abs(time) < 2**63:
                        decoded.claims[name] = math.floor(time)
            self.claims_registry.validate(decoded.claims)
            return is_access_token_type(decoded.header.get("typ"))
        except Exception:  # To refuse with a TypeError, as joserfc now and then does, is to refuse.
            return False


def is_access_token_type(typ):
    """RFC 9068 section 4; media types do not mind the case (RFC 7515 section 4.1.9)."""
    return re.fullmatch(r"(?:application/)?at\+jwt", typ, re.IGNORECASE | re.ASCII) is not None
