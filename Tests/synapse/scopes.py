# SPDX-License-Identifier: Apache-2.0
"""Scope strings: what MAS writes, and what it never would."""
from answers import ADMIN, STABLE, UNSTABLE
from synapse_side import GONE

DEVICE, OTHER = "AABBCCDDEE", "FFGGHHIIJJ"
# The characters of RFC 6749 section 3.3; only some of them can be in the form in which MAS lets a client choose.
TOKEN_CHARACTERS = [chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"\\']
STRANGE = [
    "A", "a-b_c.d~e", "with:colon", "with/slash", "with+plus", "with=equals", "%41%20", "*", "api:*", "device:X", "a,b",
    "A" * 254, "A" * 255, GONE, STABLE + "device:X", "(){}[]<>#?&!$';@^`|"]
UNUSABLE = ["", "A" * 256, "A" * 1000]
UNKNOWN = [
    "openid", "email", "urn:mas:admin", "urn:mas:graphql:*", "urn:example:read", "urn:matrix:client:rooms:is_joined",
    "urn:matrix:client:server_administration", "api:*", "*", "device:X"]
NEARLY = [
    # Not the API:
    STABLE + "api:", STABLE + "api:**", STABLE + "api:*:read", STABLE + "api", STABLE + "API:*",
    STABLE.upper() + "api:*",
    "Urn:matrix:client:api:*", "urn:matrix:api:*", "urn:matrix:client::api:*", "urn:matrix:org.matrix.msc2967:api:*",
    "x" + STABLE + "api:*", UNSTABLE + "api:", UNSTABLE + "api:*x", UNSTABLE.upper() + "api:*", STABLE + "api:*,openid",
    # Not a device:
    "urn:matrix:device:X", STABLE + "device", STABLE + "Device:X", STABLE.upper() + "device:X", UNSTABLE + "devices:X",
    # Not an administrator:
    "urn:synapse:admin:", "urn:synapse:admin:**", "urn:synapse:admin", "urn:Synapse:admin:*", "xurn:synapse:admin:*",
    "urn:synapse:admin:*:read"]


def api(random):
    return random.choice([[STABLE], [UNSTABLE], [STABLE, UNSTABLE]])


def in_spellings(random, rest):
    return [prefix + rest for prefix in api(random)]


def device_id(random):
    noise = "".join(random.choices(TOKEN_CHARACTERS, k=random.randint(1, 60)))
    return random.choices([DEVICE, random.choice(STRANGE), random.choice(UNUSABLE), noise], [6, 3, 1, 2])[0]


def ordinary(random):
    """As MAS writes it: one or both spellings, one device or none."""
    tokens = in_spellings(random, "api:*")
    if random.random() < 0.75:
        tokens += in_spellings(random, "device:" + DEVICE)
    if random.random() < 0.3:
        tokens.append(ADMIN)
    if random.random() < 0.5:
        tokens.insert(0, "openid")
    return tokens


def composed(random):
    """Anything within the grammar."""
    tokens = in_spellings(random, "api:*") if random.random() < 0.75 else []
    for _ in range(random.choices([0, 1, 2, 3], [3, 6, 2, 1])[0]):
        tokens += in_spellings(random, "device:" + device_id(random))
    if random.random() < 0.3:
        tokens.append(ADMIN)
    for pool in UNKNOWN, NEARLY:
        tokens += random.choices(pool, k=random.choices([0, 1, 3], [2, 2, 1])[0])
    tokens += random.choices(tokens, k=random.choice([0, 0, 2])) if tokens else []
    random.shuffle(tokens)
    return tokens


def spaced(random):
    """Split on single spaces it has empty tokens."""
    tokens = random.choice([ordinary, composed])(random)
    tokens[random.randrange(len(tokens) + 1):0] = [""] * random.randint(1, 3)
    return random.choice([" ".join(tokens), " " + " ".join(tokens), " ".join(tokens) + " ", "  ".join(tokens), " "])


FOREIGN = ["\t", "\n", "\r", '"', "\\", "\u00e9", "\u4e2d", "\U0001f511", "\u00a0", "\u2003", "\x7f", "\x01", "\u0410"]


def with_foreign_characters(random):
    """Characters that no scope token has, between tokens or within them."""
    text = " ".join(random.choice([ordinary, composed])(random))
    for _ in range(random.randint(1, 2)):
        at = random.randint(0, len(text))
        text = text[:at] + random.choice(FOREIGN) + text[at + random.choice([0, 0, 1]):]
    return text


def only_devices(random):
    """Without the API."""
    prefixes = random.choices([STABLE, UNSTABLE], k=random.randint(1, 3))
    tokens = [prefix + "device:" + device_id(random) for prefix in prefixes]
    return " ".join(tokens + random.choices(UNKNOWN, k=random.randint(0, 2)))
