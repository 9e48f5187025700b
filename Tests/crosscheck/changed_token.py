# SPDX-License-Identifier: Apache-2.0
"""Tokens that are changed after they were signed, and signatures that are not quite signatures."""

import base64
import itertools

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tokens import ORDERS, decode, encode, mutation


def with_part(draft, change, at=None):
    parts = draft.sign().split(b".")
    at = draft.random.randrange(3) if at is None else at
    parts[at] = change(parts[at])
    return b".".join(parts)


@mutation
def bit_of_a_part(draft):
    random = draft.random

    def change(part):
        data = bytearray(decode(part))
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)
        return encode(bytes(data))

    return with_part(draft, change)


@mutation
def character_of_a_part(draft):
    random = draft.random

    def change(part):
        at = random.randrange(len(part) + 1)
        piece = random.choice(
            [
                bytes([random.randrange(256)]),
                b"A",
                b"_",
                b"=",
                b".",
                b"\n",
                b" ",
                b"+",
                b"/",
                b"%3D",
                b"\0",
                b"\xc3\xa9",
            ]
        )
        return part[:at] + piece + part[at + random.choice([0, 1]):]  # fmt: skip

    return with_part(draft, change)


@mutation
def another_base64(draft):
    random = draft.random

    def spare_bits(part):
        alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        spare = {2: 15, 3: 3}.get(len(part) % 4)
        if not spare:
            return part + random.choice([b"A", b"AA"])
        return part[:-1] + alphabet[alphabet.index(part[-1]) | random.randint(1, spare) :][:1]

    def change(part):
        padded = part + b"=" * (-len(part) % 4)
        standard = base64.b64encode(decode(part))
        lined = part[: len(part) // 2] + b"\r\n" + part[len(part) // 2 :]
        return random.choice(
            [padded, part + b"=", standard, standard.rstrip(b"="), lined, part + b"\n", b" " + part, spare_bits(part)]
        )

    return with_part(draft, change)


@mutation
def another_shape(draft):
    token = draft.sign()
    header, payload, signature = token.split(b".")
    return draft.random.choice([
        b"", b".", b"..", b"...", b"....", header, header + b"." + payload, token + b".", b"." + token,
        header + b".." + signature, b"." + payload + b"." + signature, header + b"." + payload + b".",
        token + b"." + token, token + b"\n", b"Bearer " + token, token + b"\0", b'"' + token + b'"',
        header + b"..." + payload + b"." + signature, token.swapcase(), token[::-1],
        b'{"protected":"%b","payload":"%b","signature":"%b"}' % (header, payload, signature),
        b".".join([payload, header, signature]), b".".join([header, signature, payload]),
        b".".join([header, header, signature]),
    ])  # fmt: skip


@mutation
def another_signature(draft):
    random, alg = draft.random, draft.alg

    def change(part):
        signature = decode(part)
        half = len(signature) // 2
        r, s = (int.from_bytes(number, "big") for number in (signature[:half], signature[half:]))
        choices = [
            signature[:-1], signature[1:], signature[:half], signature + b"\0", b"\0" + signature,
            signature + signature, b"", bytes(len(signature)), b"\xff" * len(signature), signature[::-1],
            signature[half:] + signature[:half], random.randbytes(len(signature)), bytes(len(signature) - 1) + b"\1",
            signature.hex().encode(), encode(signature),
        ]  # fmt: skip
        if alg.startswith("ES"):
            choices += [encode_dss_signature(r, s), bytes(half) + signature[half:], signature[:half] + bytes(half)] * 2
        if alg in ORDERS:
            # (r, n - s) is the same signature to the mathematics, and to every verifier of JWS.
            choices += [signature[:half] + (ORDERS[alg] - s).to_bytes(half, "big")] * 6
        return encode(random.choice(choices))

    return with_part(draft, change, at=2)


@mutation
def leading_zero_left_out(draft):
    """As a number the signature stays the same; as a string of octets it has the wrong length."""
    is_searched = draft.random.random() < 0.25
    for attempt in itertools.count():
        draft.claims["jti"] = f'"{attempt}"'
        head, _, part = draft.sign().rpartition(b".")
        signature = decode(part)
        if signature[0] == 0 or not is_searched:
            return head + b"." + encode(signature[1:])


@mutation
def another_padding(draft):
    """PSS with a salt or a mask hash that RFC 7518 section 3.5 does not have, or the other RSA padding."""
    random, alg = draft.random, draft.alg
    if alg[:2] not in ("RS", "PS"):
        return draft.sign()
    sizes = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
    hash_type = sizes[alg[2:]]
    mask = random.choice([hash_type, hash_type, hashes.SHA1, *sizes.values()])
    salt = random.choice([0, 20, hash_type.digest_size, hash_type.digest_size, padding.PSS.MAX_LENGTH])
    scheme = random.choice([padding.PKCS1v15(), *[padding.PSS(padding.MGF1(mask()), salt)] * 4])
    signing_input = draft.sign().rpartition(b".")[0]
    return signing_input + b"." + encode(draft.key.private_key.sign(signing_input, scheme, hash_type()))


@mutation
def parts_of_two_tokens(draft):
    first = draft.sign().split(b".")
    draft.claims["username"] = '"admin"'
    second = draft.sign().split(b".")
    return b".".join(draft.random.choice(pair) for pair in zip(first, second, strict=True))
