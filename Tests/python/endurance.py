# SPDX-License-Identifier: Apache-2.0
"""endurance.py asyncio|threads COUNT: so many validations by 32 tasks or threads, with tokens that change all the time,
good ones, refused ones and ones that have to wait for their issuer. Prints by how much memory, threads and descriptors
have grown since all were seen once."""

import asyncio
import gc
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from pathlib import Path

import mxauth

SECRET = "the-secret-of-the-homeserver"
WORKERS = 32
EACH = int(sys.argv[2]) // WORKERS
serve = subprocess.Popen([sys.executable, Path(__file__).with_name("serve.py"), "500", "500"], stdout=subprocess.PIPE)
issuer = json.loads(serve.stdout.readline())
validator = mxauth.Validator(
    server_name="example.org", issuer=issuer["url"], any_audience=True, allow_http="loopback", tokens=["jwt", "opaque"],
    introspection_uri=issuer["url"] + "introspect", client_auth="bearer", client_secret=SECRET, cache_entries=1024,
)  # fmt: skip
outcomes = {"good": 0, "refused": 0}


def tokens(worker, count):
    """Mostly tokens that were seen; one in a hundred was never, and its issuer has to be asked."""
    for number in range(count):
        place = worker * 7919 + number
        if number % 100 == 99:
            yield f"never-{secrets.token_hex(16)}", None
        elif number % 10 == 9:
            yield issuer["signed"][place % 500][:-8] + "AAAAAAAA", None
        elif number % 2:
            yield issuer["opaque"][place % 500], f"DEVICE{place % 500:04}"
        else:
            yield issuer["signed"][place % 500], "ABCDEFGHIJ"


def count(device, verdict):
    assert verdict.device_id == device
    outcomes["good"] += 1


def refused(device):
    assert device is None
    outcomes["refused"] += 1


async def task(worker, number):
    for token, device in tokens(worker, number):
        try:
            count(device, await validator.validate_async(token, timeout=60))
        except mxauth.TokenError:
            refused(device)


async def tasks(number):
    await asyncio.gather(*(task(worker, number) for worker in range(WORKERS)))


def thread(worker, number):
    for token, device in tokens(worker, number):
        try:
            count(device, validator.validate(token, timeout=60))
        except mxauth.TokenError:
            refused(device)


def threads(number):
    running = [threading.Thread(target=thread, args=(worker, number)) for worker in range(WORKERS)]
    for each in running:
        each.start()
    for each in running:
        each.join()
    # Joined is one that has left Python; the system has it for a moment longer.
    while any(Path(f"/proc/self/task/{each.native_id}").exists() for each in running):
        time.sleep(0.001)


def run(number):
    if sys.argv[1] == "asyncio":
        asyncio.run(tasks(number))
    else:
        threads(number)


def measured():
    gc.collect()
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
    return resident, len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd"))


try:
    run(min(EACH, 1500))  # the cache is full then: it grows no more
    before = measured()
    outcomes.update(good=0, refused=0)
    run(EACH)
    after = measured()
finally:
    serve.kill()
    serve.wait()
grown = [now - then for now, then in zip(after, before)]
print(json.dumps({**outcomes, "bytes": grown[0], "threads": grown[1], "descriptors": grown[2]}))
