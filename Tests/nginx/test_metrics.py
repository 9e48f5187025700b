# SPDX-License-Identifier: Apache-2.0
"""mxauth_metrics: the figures of all workers, whichever answers."""
import os
import re
import signal
import time

from case import NginxCase
from server import until

SAMPLE = re.compile(r'^([a-z_]+)\{worker="(\d+)"(?:,([a-z]+="[^"]*"))*\} (\d+)$')


class Metrics(NginxCase):
    def begin(self, **settings):
        return self.run_nginx(self.http(self.location() + "location = /metrics { mxauth_metrics; mxauth off; }"), **settings)

    def text(self):
        answer = self.ask("/metrics")
        self.assertEqual(answer.status, 200)
        return answer.body.decode()

    def sum(self, beginning, text=None):
        lines = (text or self.text()).splitlines()
        return sum(int(line.rpartition(" ")[2]) for line in lines if re.match(beginning, line))

    def test_sums(self):
        self.begin()
        for made, count in ((self.jwt(), 30), (self.jwt(exp=1), 12)):
            for _ in range(count):
                self.ask(token=made)
        until(lambda: self.sum(r'mxauth_validations_total\{.*status="MXAUTH_OK"') == 30, "all good tokens")
        until(lambda: self.sum(r'mxauth_validations_total\{.*status="MXAUTH_EXPIRED"') == 12, "all expired ones")
        self.assertEqual(self.sum(r"mxauth_key_set_serving\{"), 2)

    def test_form(self):
        """Each family begins once and is of one piece; each sample says whose it is, and none comes twice."""
        self.begin(workers=3)
        for made in (self.jwt(), self.opaque(), None):
            self.ask(token=made)
        until(lambda: set(re.findall(r'worker="(\d+)"', self.text())) == {"0", "1", "2"}, "three workers")
        text = self.text()
        self.assertTrue(text.endswith("\n"))
        heads = re.findall(r"^# HELP (\S+)", text, re.M)
        self.assertEqual(len(heads), len(set(heads)))
        self.assertEqual(heads, re.findall(r"^# TYPE (\S+)", text, re.M))
        family, samples = None, []
        for line in text.splitlines():
            if line.startswith("# "):
                family = line.split()[2]
                continue
            found = SAMPLE.match(line)
            self.assertIsNotNone(found, line)
            self.assertEqual(found[1], family)
            samples.append(line.rpartition(" ")[0])
        self.assertEqual(len(samples), len(set(samples)))
        self.assertGreater(len(samples), 60)

    def test_methods(self):
        self.begin()
        answer = self.ask("/metrics", method="HEAD")
        self.assertEqual((answer.status, answer.header("Content-Type")), (200, "text/plain; version=0.0.4; charset=utf-8"))
        self.assertEqual(self.ask("/metrics", method="POST", body=b"x").status, 405)

    def test_it_can_be_guarded(self):
        self.run_nginx(self.http(self.location() + "location = /metrics { mxauth_metrics; mxauth on; deny all; }"))
        self.assertEqual(self.ask("/metrics", self.jwt()).status, 403)

    def test_no_token_in_it(self):
        self.begin()
        made = [self.jwt(), self.opaque(), self.jwt(exp=1)]
        for one in made:
            self.ask(token=one)
        for one in made:
            self.assertNotIn(one.decode().rpartition(".")[2], self.text())

    def test_without_a_master(self):
        self.begin(main="daemon off; master_process off;")
        self.ask(token=self.jwt())
        self.assertEqual(self.sum(r'mxauth_validations_total\{worker="0",status="MXAUTH_OK"\}'), 1)

    def test_worker_that_is_replaced(self):
        """Its place is another's, who begins anew."""
        self.begin(workers=1)
        for _ in range(5):
            self.ask(token=self.jwt())
        before = self.web.workers()
        os.kill(before[0], signal.SIGKILL)
        until(lambda: self.web.workers() and self.web.workers() != before, "another worker")
        time.sleep(0.2)
        self.assertEqual(self.sum(r'mxauth_validations_total\{worker="0",status="MXAUTH_OK"\}'), 0)
