# SPDX-License-Identifier: Apache-2.0
"""Keys and signatures of the corpus, by pyca/cryptography and by hand: nothing of libmxauth is used.

Every key is derived from its name, so that no private key is stored anywhere and each run writes the same file.
"""
import base64
import hashlib
import hmac

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

CURVES = {
    "P-256": (ec.SECP256R1(), 32, 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551),
    "P-384": (ec.SECP384R1(), 48, 0),
    "P-521": (ec.SECP521R1(), 66, 0),
    "secp256k1": (ec.SECP256K1(), 32, 0),
}
HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def stream(name, count):
    return hashlib.shake_256(b"libmxauth corpus " + name.encode()).digest(count)


def _prime(name, bits):
    sieve = [p for p in range(3, 2000, 2) if all(p % q for q in range(3, int(p**0.5) + 1, 2))]
    # The two top bits make every product of two such primes exactly twice as long.
    candidate = int.from_bytes(stream(name, bits // 8), "big") | 3 << (bits - 2) | 1
    while any(candidate % p == 0 for p in sieve) or any(pow(a, candidate - 1, candidate) != 1 for a in (2, 3, 5)):
        candidate += 2
    return candidate


def _rsa(name, bits):
    p, q, e = _prime(name + " p", bits // 2), _prime(name + " q", bits // 2), 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    return rsa.RSAPrivateNumbers(
        p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q), rsa.RSAPublicNumbers(e, p * q)
    ).private_key()


class Key:
    """A private key, or the bytes of a shared secret, with its name as `kid`."""

    def __init__(self, name, kind):
        self.name, self.kind = name, kind
        if kind.startswith("RSA-"):
            self.private = _rsa(name, int(kind[4:]))
        elif kind in CURVES:
            curve, size, _ = CURVES[kind]
            self.private = ec.derive_private_key(int.from_bytes(stream(name, size - 1), "big"), curve)
        elif kind == "Ed25519":
            self.private = ed25519.Ed25519PrivateKey.from_private_bytes(stream(name, 32))
        elif kind == "Ed448":
            self.private = ed448.Ed448PrivateKey.from_private_bytes(stream(name, 57))
        else:
            self.secret = stream(name, int(kind[4:]))

    @property
    def is_secret(self):
        return self.kind.startswith("oct-")

    def jwk(self, **more):
        jwk = {"kid": self.name, **self._numbers(), **more}
        return {name: value for name, value in jwk.items() if value is not None}

    def _numbers(self):
        if self.is_secret:
            return {"kty": "oct", "k": b64(self.secret)}
        if self.kind.startswith("RSA-"):
            numbers = self.private.public_key().public_numbers()
            return {"kty": "RSA", "n": b64(numbers.n.to_bytes(int(self.kind[4:]) // 8, "big")), "e": "AQAB"}
        if self.kind in CURVES:
            numbers, size = self.private.public_key().public_numbers(), CURVES[self.kind][1]
            x, y = (b64(number.to_bytes(size, "big")) for number in (numbers.x, numbers.y))
            return {"kty": "EC", "crv": self.kind, "x": x, "y": y}
        raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        return {"kty": "OKP", "crv": self.kind, "x": b64(self.private.public_key().public_bytes(*raw))}

    def public(self, encoding="PEM", form="SubjectPublicKeyInfo"):
        return self.private.public_key().public_bytes(
            getattr(serialization.Encoding, encoding), getattr(serialization.PublicFormat, form)
        )

    def sign(self, alg, data):
        """Signs as `alg` says where the key can, else as closely as it can: a verifier that looks at the family
        of a key only, or at its hash only, takes some of these."""
        digits = alg[-3:] if alg[-3:] in HASHES else "256"
        if alg.startswith("HS"):
            return mac(self.secret if self.is_secret else self.public(), alg, data)
        if self.kind.startswith("RSA-"):
            if alg.startswith("PS"):
                return self.pss(data, digits)
            return self.private.sign(data, padding.PKCS1v15(), HASHES[digits])
        if self.kind in CURVES:
            r, s = self.ecdsa(data, digits)
            return self.raw(r, s)
        return self.private.sign(data)

    def ecdsa(self, data, digits):
        return decode_dss_signature(self.private.sign(data, ec.ECDSA(HASHES[digits], deterministic_signing=True)))

    def raw(self, r, s):
        size = CURVES[self.kind][1]
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    def pss(self, data, digits, salt_size=None, mask_digits=None):
        """EMSA-PSS (RFC 8017 section 9.1.1) with a salt that does not change from run to run."""
        digest = getattr(hashlib, "sha" + digits)
        mask_digest = getattr(hashlib, "sha" + (mask_digits or digits))
        numbers = self.private.private_numbers()
        size = int(self.kind[4:]) // 8
        hashed = digest(data).digest()
        longest = size - len(hashed) - 2
        salt = stream("salt", len(hashed) if salt_size is None else longest if salt_size == "max" else salt_size)
        check = digest(bytes(8) + hashed + salt).digest()
        block = bytes(longest - len(salt)) + b"\x01" + salt
        mask = b"".join(mask_digest(check + i.to_bytes(4, "big")).digest() for i in range(-(-len(block) // 32)))
        masked = bytes(a ^ b for a, b in zip(block, mask))
        encoded = bytes([masked[0] & 0x7F]) + masked[1:] + check + b"\xbc"
        power = pow(int.from_bytes(encoded, "big"), numbers.d, numbers.public_numbers.n)
        return power.to_bytes(size, "big")


def mac(secret, alg, data):
    return hmac.new(secret, data, "sha" + alg[2:]).digest()


KEYS = {
    name: Key(name, kind)
    for name, kind in {
        "rsa-2048": "RSA-2048",
        "rsa-3072": "RSA-3072",
        "p-256": "P-256",
        "p-384": "P-384",
        "p-521": "P-521",
        "secp256k1": "secp256k1",
        "ed25519": "Ed25519",
        "ed448": "Ed448",
        "hs256": "oct-32",
        "hs384": "oct-48",
        "hs512": "oct-64",
        "other-rsa": "RSA-2048",
        "other-p-256": "P-256",
        "attacker": "P-256",
        **{f"row-{i}": "P-256" for i in range(1, 7)},
    }.items()
}
MAIN = ["rsa-2048", "rsa-3072", "p-256", "p-384", "p-521", "secp256k1", "ed25519", "ed448"]

# The algorithm that a key serves in tokens that are about something else.
USUAL = {
    "RSA-2048": "RS256", "RSA-3072": "RS256", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512",
    "secp256k1": "ES256K", "Ed25519": "EdDSA", "Ed448": "EdDSA", "oct-32": "HS256", "oct-48": "HS384",
    "oct-64": "HS512",
}

# What each key serves (RFC 7518 section 3.1, RFC 8037, RFC 8812, RFC 9864).
SERVES = {
    "RSA-2048": {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"},
    "RSA-3072": {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"},
    "P-256": {"ES256"}, "P-384": {"ES384"}, "P-521": {"ES512"}, "secp256k1": {"ES256K"},
    "Ed25519": {"EdDSA", "Ed25519"}, "Ed448": {"EdDSA", "Ed448"},
}
ALGORITHMS = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "ES256K", "EdDSA", "Ed25519",
    "Ed448", "HS256", "HS384", "HS512",
]
