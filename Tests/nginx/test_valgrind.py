# SPDX-License-Identifier: Apache-2.0
"""10,000 requests in one process under valgrind's eyes: no error and no leak that the module or the library has a part in."""
import re
import signal
import threading
from pathlib import Path

from case import NginxCase
from client import Connection
from masform import mas_token

REQUESTS = 10_000
CLIENTS = 8


class Memory(NginxCase):
    def test_requests(self):
        report = self.folder() + "/valgrind"
        fast = self.nginx("server { listen 127.0.0.1:@PORT@; return 200 '{}'; }", module=None).start()
        proxy = f"proxy_pass http://127.0.0.1:{fast.port};"
        self.run_nginx(
            self.http(
                f"location / {{ mxauth on; {proxy} }} location = /metrics {{ mxauth_metrics; mxauth off; }}"
                f"location /_matrix/ {{ mxauth on; mxauth_authorize_endpoint on; {proxy} }}"
                f"location /quick {{ mxauth on; mxauth_timeout 1ms; {proxy} }}", ("issuer.max_exchanges", "1000")),
            main="daemon off; master_process off;", level="warn", connections=512, wrapper=(
                "valgrind", "--leak-check=full", "--show-leak-kinds=definite,indirect,possible", "--num-callers=40",
                # The module is unloaded before leaks are looked for, and its frames would have no names.
                "--keep-debuginfo=yes",
                f"--log-file={report}", f"--suppressions={self.suppressions()}"))
        # Others' tokens come between, so that many wait and many are refused.
        self.wanted = self.requests()
        self.counts, self.lock = {}, threading.Lock()
        threads = [threading.Thread(target=self.work) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sum(self.counts.values()), REQUESTS)
        self.assertTrue({200, 401, 403, 404, 503} <= set(self.counts), self.counts)
        self.web.stop(signal.SIGQUIT, seconds=60)
        self.assertEqual(self.web.process.returncode, 0)
        with open(report, encoding="utf-8", errors="replace") as file:
            self.judge(file.read())


    def suppressions(self):
        return Path(__file__).parent.parent / "abi" / "valgrind.supp"

    def requests(self):
        signed, opaque, sync = self.jwt(), [self.opaque() for _ in range(50)], "/_matrix/client/v3/sync"
        kinds = [("/", signed)] * 5 + [(sync, signed), (sync, None), ("/_matrix/x", signed), ("/", self.jwt(exp=1)),
                                       ("/", self.jwt(scope="openid")), ("/", None), ("/", b"nonsense"), ("/metrics", None)]
        for number in range(REQUESTS):
            if number % 20 == 0:
                yield "/", opaque[number // 20 % 50]
            elif number % 100 == 1:
                yield "/quick", self.opaque()
            elif number % 100 == 2:
                yield "/", mas_token()
            else:
                yield kinds[number % len(kinds)]

    def work(self):
        with Connection(self.web.port, timeout=60) as connection:
            while True:
                with self.lock:
                    path, made = next(self.wanted, (None, None))
                if path is None:
                    return
                status = connection.ask(path, made).status
                with self.lock:
                    self.counts[status] = self.counts.get(status, 0) + 1

    def judge(self, text):
        summary = re.search(r"ERROR SUMMARY: (\d+) errors", text)
        self.assertIsNotNone(summary, text[-2000:])
        records = [record for record in re.split(r"\n==\d+== \n", text) if re.search(r"\b(at|by) 0x", record)]
        ours = [record for record in records if self.is_ours(record)]
        print(f"\nvalgrind: {self.counts}; {summary[0]}, {len(records)} records, {len(ours)} of them ours")
        self.assertEqual(ours, [])

    @staticmethod
    def is_ours(record):
        """The module or the library is in the stack, but not only as what let nginx go on with a request."""
        frames = [line for line in record.splitlines() if re.search(r"\b(at|by) 0x", line)]
        for frame in frames:
            if "ngx_http_core_content_phase" in frame:
                return False
            if "mxauth" in frame:
                return True
        return False
