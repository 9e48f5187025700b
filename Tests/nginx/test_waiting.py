# SPDX-License-Identifier: Apache-2.0
"""Tokens whose issuer has to be asked: requests wait, workers do not."""
import asyncio
import resource
import threading
import time

from case import NginxCase
from client import Connection
from issuer import Reply
from load import percentile
from server import until


class Waiting(NginxCase):
    def test_answers_after_a_while(self):
        self.start(workers=1)
        self.endpoint.delay = 0.5
        began = time.monotonic()
        self.assertEqual(self.ask(token=self.opaque()).status, 200)
        self.assertGreater(time.monotonic() - began, 0.45)

    def test_deadline(self):
        self.start("mxauth on; mxauth_timeout 300ms;")
        self.endpoint.delay = 3
        began = time.monotonic()
        answer = self.ask(token=self.opaque())
        self.assertRefused(answer, 503, answer.errcode)
        self.assertLess(time.monotonic() - began, 1.5)
        self.assertIn("MXAUTH_TIMED_OUT: mxauth_timeout is over", self.web.log())

    def test_body_arrives_while_waiting(self):
        self.start()
        self.endpoint.delay = 0.4
        made = self.opaque()
        with Connection(self.web.port) as connection:
            connection.send(b"POST / HTTP/1.1\r\nHost: hs.test\r\nContent-Length: 6\r\nAuthorization: Bearer " + made
                            + b"\r\n\r\nabc")
            time.sleep(0.1)
            connection.send(b"def")
            self.assertEqual(connection.read().json["body"], "abcdef")
            self.assertEqual(connection.ask("/", made).status, 200)

    def test_client_that_leaves(self):
        self.start(workers=1)
        self.endpoint.delay = 1
        made = self.opaque()
        for _ in range(50):
            with Connection(self.web.port) as connection:
                connection.send(b"GET / HTTP/1.1\r\nHost: hs.test\r\nAuthorization: Bearer " + made + b"\r\n\r\n")
        self.assertEqual(self.ask(token=made).status, 200)
        self.assertEqual(self.upstream.count, 1)
        self.assertEqual(self.ask(token=self.jwt()).status, 200)

    def test_issuer_down(self):
        """503 and no log-out, for new tokens only."""
        self.start(workers=1)
        known, signed = self.opaque(), self.jwt()
        self.assertEqual(self.ask(token=known).status, 200)
        self.server.stop()
        answer = self.ask(token=self.opaque())
        self.assertEqual((answer.status, answer.header("WWW-Authenticate")), (503, None))
        self.assertNotEqual(answer.errcode, "M_UNKNOWN_TOKEN")
        self.assertEqual(self.ask(token=known).status, 200)
        self.assertEqual(self.ask(token=signed).status, 200)
        self.server.start()
        until(lambda: self.ask(token=self.opaque()).status == 200, "an issuer that is asked again")

    def test_issuer_that_makes_no_sense(self):
        self.start()
        self.endpoint.broken = Reply("<html>", content_type="text/html")
        answer = self.ask(token=self.opaque())
        self.assertEqual((answer.status, answer.header("WWW-Authenticate")), (503, None))
        self.assertIn("[error]", self.web.log())

    def test_more_tokens_than_may_be_asked_about(self):
        self.start("mxauth on;", ("issuer.max_exchanges", "2"), workers=1)
        self.endpoint.delay = 1.5
        answers = []
        threads = [threading.Thread(target=lambda made=self.opaque(): answers.append(self.ask(token=made).status))
                   for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(answers), [200, 200, 503, 503, 503, 503])

    def test_slow_issuer_delays_nobody_else(self):
        """The time that others take, at the 99th percentile, with and without fifty requests that wait."""
        self.start("mxauth on;", ("issuer.max_exchanges", "100"))
        signed = self.jwt()
        quiet = self.others(signed)
        self.endpoint.delay = 4
        waiting = [threading.Thread(target=self.ask, kwargs={"token": self.opaque()}) for _ in range(50)]
        for thread in waiting:
            thread.start()
        until(lambda: self.endpoint.count >= 50, "fifty questions")
        busy = self.others(signed)
        self.assertTrue(any(thread.is_alive() for thread in waiting), "the issuer was too fast to show anything")
        for thread in waiting:
            thread.join()
        print(f"\np99 of other requests: {quiet * 1000:.2f} ms, with a slow issuer {busy * 1000:.2f} ms")
        # Held up by the issuer they would take seconds.
        self.assertLess(busy, max(quiet * 5, 0.1))

    def others(self, signed):
        times = []
        with Connection(self.web.port) as connection:
            for _ in range(600):
                began = time.monotonic()
                self.assertEqual(connection.ask("/", signed).status, 200)
                times.append(time.monotonic() - began)
        return percentile(times, 0.99)


class Crowd(NginxCase):
    """10,000 connections that wait for one answer about one token."""
    WANTED = 10_000

    def test_crowd(self):
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        # Each of them is a descriptor here, and in a worker two: the client's and the homeserver's.
        count = min(self.WANTED, limit - 500)
        if count < self.WANTED:
            print(f"\n!!! only {count} connections instead of {self.WANTED}: ulimit -n is {limit}")
        fast = self.nginx("server { listen 127.0.0.1:@PORT@ backlog=20000; return 200 '{}'; }", module=None).start()
        self.run_nginx(
            f"upstream fast {{ server 127.0.0.1:{fast.port}; keepalive 64; }}"
            + self.http(f"""location / {{ mxauth on; mxauth_timeout 60s; proxy_pass http://fast; proxy_http_version 1.1;
                proxy_set_header Connection ''; }}""", ("exchange_timeout", "60")).replace(
                    "@PORT@;", "@PORT@ backlog=20000;"), main=f"daemon off; worker_rlimit_nofile {limit};")
        released = threading.Event()
        made = self.opaque()
        given = self.endpoint.tokens[made]

        def when_released(_):
            released.wait(60)
            return given

        self.endpoint.tokens[made] = when_released
        statuses = asyncio.run(self.crowd(count, made, released))
        self.assertEqual(statuses, {200: count})
        # Two workers, one question of each.
        self.assertLessEqual(self.endpoint.count, 2)

    async def crowd(self, count, made, released):
        ready, statuses = [], {}
        request = b"GET / HTTP/1.1\r\nHost: hs.test\r\nConnection: close\r\nAuthorization: Bearer " + made + b"\r\n\r\n"

        async def one():
            reader, writer = await asyncio.open_connection("127.0.0.1", self.web.port)
            writer.write(request)
            ready.append(1)
            status = int((await reader.readline()).split()[1])
            statuses[status] = statuses.get(status, 0) + 1
            writer.close()

        tasks = []
        for _ in range(count):
            tasks.append(asyncio.create_task(one()))
            # As many as a listen queue takes.
            if len(tasks) % 200 == 0:
                while len(ready) < len(tasks):
                    await asyncio.sleep(0.005)
        while len(ready) < count:
            await asyncio.sleep(0.01)
        await asyncio.sleep(1)
        self.assertEqual(statuses, {}, "answers before the issuer's")
        # Others are served meanwhile.
        began = time.monotonic()
        answer = await asyncio.to_thread(self.ask, "/", self.jwt())
        self.assertEqual(answer.status, 200)
        self.assertLess(time.monotonic() - began, 2)
        released.set()
        began = time.monotonic()
        await asyncio.wait_for(asyncio.gather(*tasks), 60)
        took = time.monotonic() - began
        print(f"\n{count} connections waited for one answer; all had theirs {took:.1f} s after it")
        # It was the answer that let them go on, and not the end of their own time.
        self.assertLess(took, 25)
        return statuses
