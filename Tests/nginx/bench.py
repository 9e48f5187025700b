# SPDX-License-Identifier: Apache-2.0
"""bench.py RESULTS: requests per second through nginx to a homeserver that costs next to nothing, in turns

- without any module,
- with the module, tokens being hits: a JWT, an opaque token, and with the table of endpoints and the identity as headers,
- with auth_request to a local service that answers 204 to everybody: the least that any such service can cost,
- with auth_request to a local service that looks at the token, by the same library.

Each round measures all of them for a moment, one after the other in an order that turns; ratios are of one round, and the
result is their median. Beside them stands what a request costs in processor time, nginx and the service together, which
hardly depends on what else the machine does. MXAUTH_BENCH_ROUNDS (31) and MXAUTH_BENCH_SECONDS (1) say how long it takes."""
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import load
from answers import answer
from case import IDENTITY, WallClock
from endpoint import SECRET, Endpoint
from issuer import Issuer, Reply
from masform import mas_token
from server import Nginx
from tokens import key_set, new_key, token

ROUNDS = int(os.environ.get("MXAUTH_BENCH_ROUNDS", "31"))
SECONDS = int(os.environ.get("MXAUTH_BENCH_SECONDS", "1"))
PATH = "/_matrix/client/v3/sync?since=s72594_4483_1934"
TARGETS = {"jwt / none": 0.97, "jwt / auth_request_looking": 2.0}
BODY = '{"next_batch":"s72595_4483_1934","rooms":{}}'


def service_program():
    return [sys.executable, str(Path(__file__).with_name("auth_service.py"))]


def main(results):
    with tempfile.TemporaryDirectory(prefix="mxauth-nginx-") as folder:
        os.chmod(folder, 0o755)
        issuer, key = Issuer(), new_key("first")
        issuer.routes["/jwks"] = Reply(key_set(key))
        endpoint = Endpoint(issuer)
        signed, opaque = token(key, issuer.origin), mas_token()
        endpoint.tokens[opaque] = answer(WallClock(), lifetime=3600)
        with Servers(Path(folder), issuer, endpoint) as servers:
            measured = measure(servers.variants(signed, opaque))
        issuer.stop()
    report(measured, results)


class Servers:
    def __init__(self, folder, issuer, endpoint):
        self.options = [
            ("server_name", "hs.test"), ("allow_http", "loopback"), ("issuer", issuer.origin),
            ("issuer.jwks_uri", issuer.origin + "/jwks"), ("issuer.introspection_uri", endpoint.url),
            ("issuer.client_auth", "bearer"), ("issuer.client_secret", SECRET), ("issuer.tokens", "jwt opaque"),
            ("issuer.any_audience", "true"), ("issuer.cache_ttl", "3600")]
        self.homeserver = Nginx(
            folder / "homeserver", f"server {{ listen 127.0.0.1:@PORT@; default_type application/json; return 200 '{BODY}'; }}",
            module=None, workers=1, level="error").start()
        self.empty = Nginx(
            folder / "empty", "server { listen 127.0.0.1:@PORT@; return 204; }", module=None, workers=1, level="error").start()
        self.service = subprocess.Popen(
            service_program(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.service.stdin.write(json.dumps(self.options) + "\n")
        self.service.stdin.flush()
        self.service_port = int(self.service.stdout.readline())
        self.plain = self.front(folder / "plain", module=None, options="", locations=self.location(""))
        self.module = self.front(folder / "module", options=self.directives(), locations=(
            self.location("mxauth on;")
            + self.location("mxauth on; mxauth_authorize_endpoint on;" + IDENTITY, "/_matrix/client/v3/sync")))
        self.asking = self.front(folder / "asking", module=None, options="", locations=(
            self.location("auth_request /empty;", "/empty-first/") + self.location("auth_request /looking;", "/looking-first/")
            + self.asked("/empty", self.empty.port) + self.asked("/looking", self.service_port)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in (self.plain, self.module, self.asking, self.empty, self.homeserver):
            server.stop()
        self.service.kill()
        self.service.wait()

    def directives(self):
        return "\n".join(
            f"mxauth_issuer {value};" if name == "issuer" else f"mxauth_option {name} {json.dumps(value)};"
            for name, value in self.options)

    @staticmethod
    def proxy():
        return "proxy_http_version 1.1; proxy_set_header Connection '';"

    def location(self, directives, path="/"):
        return f"location {path} {{ {self.proxy()} {directives} proxy_pass http://homeserver; }}\n"

    def asked(self, path, port):
        return (f"location = {path} {{ internal; {self.proxy()} proxy_pass_request_body off; "
                f"proxy_set_header Content-Length ''; proxy_pass http://{path[1:]}/; }}\n")

    def front(self, folder, *, options, locations, **settings):
        upstreams = {"homeserver": self.homeserver.port, "empty": self.empty.port, "looking": self.service_port}
        blocks = "".join(
            f"upstream {name} {{ server 127.0.0.1:{port}; keepalive 64; }}\n" for name, port in upstreams.items())
        return Nginx(folder, f"{blocks}{options}\nserver {{ listen 127.0.0.1:@PORT@;\n{locations} }}", workers=1,
                     level="error", **settings).start()

    def variants(self, signed, opaque):
        """Port, path, token, and the processes that judge."""
        plain, module, asking = (tuple(server.workers()) for server in (self.plain, self.module, self.asking))
        empty, looking = asking + tuple(self.empty.workers()), asking + (self.service.pid,)
        return {
            "none": (self.plain.port, "/other" + PATH, signed, plain),
            "jwt": (self.module.port, "/other" + PATH, signed, module),
            "opaque": (self.module.port, "/other" + PATH, opaque, module),
            "jwt_table_headers": (self.module.port, PATH, signed, module),
            "auth_request_empty": (self.asking.port, "/empty-first" + PATH, signed, empty),
            "auth_request_looking": (self.asking.port, "/looking-first" + PATH, signed, looking)}


def processor_seconds(processes):
    ticks = 0
    for process in processes:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


class Measured:
    def __init__(self):
        self.rates, self.requests, self.seconds = [], 0, 0.0

    def add(self, port, path, made, processes):
        before = processor_seconds(processes)
        rate, requests = load.rate(port, path, made, seconds=SECONDS)
        self.rates.append(rate)
        self.requests += requests
        self.seconds += processor_seconds(processes) - before

    @property
    def microseconds(self):
        return self.seconds / self.requests * 1e6


def measure(variants):
    measured = {name: Measured() for name in variants}
    names = list(variants)
    for port, path, made, _ in variants.values():
        load.rate(port, path, made, seconds=1)
    for number in range(ROUNDS):
        # Nobody is always first, or always after the same one.
        order = names[number % len(names):] + names[:number % len(names)]
        for name in order if number % 2 else reversed(order):
            measured[name].add(*variants[name])
    return measured


def report(measured, results):
    pairs = [("jwt", "none"), ("opaque", "none"), ("jwt_table_headers", "none"), ("jwt", "auth_request_empty"),
             ("jwt", "auth_request_looking")]
    ratios = {}
    for one, other in pairs:
        each = statistics.quantiles((a / b for a, b in zip(measured[one].rates, measured[other].rates)), n=4)
        ratios[f"{one} / {other}"] = {
            "median": each[1], "quartiles": [each[0], each[2]],
            "processor": measured[other].microseconds / measured[one].microseconds}
    document = {
        "nginx": subprocess.run([os.environ.get("NGINX", "/usr/sbin/nginx"), "-v"], capture_output=True, text=True,
                                check=True).stderr.strip().rpartition("/")[2],
        "cores": os.cpu_count(), "machine": platform.machine(), "rounds": ROUNDS, "seconds": SECONDS, "targets": TARGETS,
        "ratios": ratios,
        "requests_per_second": {name: statistics.median(each.rates) for name, each in measured.items()},
        "processor_microseconds": {name: each.microseconds for name, each in measured.items()}}
    Path(results).parent.mkdir(parents=True, exist_ok=True)
    Path(results).write_text(json.dumps(document, indent=2) + "\n")
    print("| what | requests per second | processor µs per request |\n|---|---|---|")
    for name, rate in document["requests_per_second"].items():
        print(f"| {name} | {rate:,.0f} | {measured[name].microseconds:.1f} |")
    print("\n| ratio | median | quartiles | by processor time | target |\n|---|---|---|---|---|")
    for name, ratio in ratios.items():
        low, high = ratio["quartiles"]
        target = f"≥ {TARGETS[name]}" if name in TARGETS else ""
        print(f"| {name} | {ratio['median']:.3f} | {low:.3f} to {high:.3f} | {ratio['processor']:.3f} | {target} |")


main(sys.argv[1])
