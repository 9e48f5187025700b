# SPDX-License-Identifier: Apache-2.0
"""Refusals within what nginx does with requests: keep-alive, bodies, HEAD, error_page, satisfy, subrequests, HTTP/2."""
import subprocess

from case import NginxCase
from client import Connection
from server import until


class Connections(NginxCase):
    def test_refusals_keep_the_connection(self):
        """Bodies that nobody has read do not become the next request."""
        self.start("mxauth on; client_max_body_size 10m;")
        good = self.jwt()
        smuggled = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
        with Connection(self.web.port) as connection:
            for _ in range(20):
                answer = connection.ask("/", b"nonsense.", method="POST", body=smuggled * 5)
                self.assertEqual(answer.status, 401)
                self.assertEqual(connection.ask("/", method="PUT", body=b"x" * 200_000).status, 401)
                self.assertEqual(connection.ask("/a", good, method="POST", body=b"read").json["body"], "read")
        self.assertEqual(self.upstream.count, 20)

    def test_head(self):
        self.start()
        with Connection(self.web.port) as connection:
            answer = connection.ask("/", method="HEAD")
            self.assertEqual((answer.status, answer.header("Content-Type")), (401, "application/json"))
            self.assertGreater(int(answer.header("Content-Length")), 40)
            self.assertEqual(connection.ask("/", self.jwt()).status, 200)

    def test_pipelined(self):
        self.start()
        with Connection(self.web.port) as connection:
            one = b"GET / HTTP/1.1\r\nHost: hs.test\r\n"
            good = b"Authorization: Bearer " + self.opaque() + b"\r\n"
            connection.send((one + b"\r\n" + one + good + b"\r\n") * 3)
            self.assertEqual([connection.read().status for _ in range(6)], [401, 200] * 3)

    def test_http_2(self):
        self.run_nginx(self.http(self.location()).replace("listen 127.0.0.1:@PORT@;", "listen 127.0.0.1:@PORT@ http2;"))
        self.endpoint.delay = 0.2
        for made, status in ((None, 401), (self.jwt(), 200), (self.opaque(), 200), (b"nonsense", 401)):
            header = ["-H", f"Authorization: Bearer {made.decode()}"] if made else []
            got = subprocess.run(
                ["curl", "-s", "--http2-prior-knowledge", "-o", "/dev/null", "-w", "%{http_code} %{http_version}",
                 *header, f"http://127.0.0.1:{self.web.port}/"], capture_output=True, text=True, timeout=20).stdout
            self.assertEqual(got, f"{status} 2")


class WithOtherDirectives(NginxCase):
    def test_error_page(self):
        self.run_nginx(self.http(
            self.location("mxauth on; error_page 401 /sorry;") + "location = /sorry { mxauth off; return 200 'sorry'; }"
            + self.location("mxauth on; error_page 401 =200 /sorry;", "/as-200") + self.location("mxauth on;", "/plain")))
        answer = self.ask("/")
        self.assertEqual((answer.status, answer.body), (401, b"sorry"))
        self.assertIsNotNone(answer.header("WWW-Authenticate"))
        self.assertEqual((self.ask("/as-200").status, self.ask("/plain").errcode), (200, "M_MISSING_TOKEN"))
        # The page is for 401 only.
        self.assertEqual(self.ask("/", self.jwt(scope="openid")).errcode, "M_FORBIDDEN")

    def test_error_page_that_needs_a_token_itself(self):
        self.run_nginx(self.http(self.location() + self.location("", "/sorry"), server="mxauth on; error_page 401 /sorry;"))
        answer = self.ask("/")
        self.assertEqual((answer.status, len(answer.all("WWW-Authenticate"))), (401, 1))
        self.assertEqual(answer.errcode, "M_MISSING_TOKEN")

    def test_satisfy_any(self):
        self.run_nginx(self.http(
            self.location("satisfy any; allow 10.0.0.1; deny all; mxauth on;")
            + self.location("satisfy any; allow 127.0.0.1; deny all; mxauth on;", "/near")
            + self.location("satisfy any; deny all; mxauth optional;", "/optional")
            + self.location("satisfy all; deny all; mxauth on;", "/all")))
        good = self.jwt()
        answer = self.ask("/")
        self.assertEqual((answer.status, answer.header("WWW-Authenticate") is not None), (401, True))
        self.assertEqual(self.ask("/", self.jwt(scope="openid")).status, 403)
        self.assertPasses(self.ask("/", good))
        self.assertEqual(self.ask("/near").status, 200)
        # A preflight, or having no token where none is needed, is no reason to let somebody in.
        self.assertEqual(self.ask("/", method="OPTIONS").status, 403)
        self.assertEqual(self.ask("/optional").status, 403)
        self.assertPasses(self.ask("/optional", good))
        self.assertEqual(self.ask("/all", good).status, 403)

    def test_subrequests_are_their_requests(self):
        """A mirror is asked nothing, and told the same identity."""
        self.run_nginx(self.http(
            self.location("mxauth on; mirror /mirror;")
            + f"location = /mirror {{ internal; mxauth on; proxy_pass http://{self.upstream.address}/mirrored; }}"))
        self.assertPasses(self.ask("/", self.jwt()))
        until(lambda: self.upstream.count == 2, "the mirrored request, for which nginx keeps nobody waiting")
        self.assertEqual(self.ask("/").status, 401)
        self.assertPasses(self.ask("/", self.jwt()))
        until(lambda: self.upstream.count >= 4, "the next mirrored request")
        self.assertEqual(self.upstream.count, 4)

    def test_internal_redirects_are_judged_again(self):
        self.run_nginx(self.http(
            "location /from { mxauth off; rewrite ^ /to last; }" + self.location("mxauth on;", "/to")
            + f"location /try {{ mxauth on; try_files /none @there; }} location @there {{ mxauth on; proxy_pass http://{self.upstream.address}; }}"))
        for path in ("/from", "/try"):
            self.assertEqual(self.ask(path).errcode, "M_MISSING_TOKEN")
            self.assertPasses(self.ask(path, self.jwt()))
            self.assertPasses(self.ask(path, self.opaque()), device="AABBCCDDEE", client="01FJ45AV1EV2MZJS7CXZ9Q3FAR")

    def test_return_comes_before_tokens(self):
        """nginx answers "return" before its access phase; docs/nginx.md says so."""
        self.run_nginx(self.http("location / { mxauth on; return 204; }"))
        self.assertEqual(self.ask().status, 204)

    def test_static_files(self):
        folder = self.folder()
        with open(folder + "/file", "w", encoding="utf-8") as file:
            file.write("text")
        self.run_nginx(self.http(f"location / {{ mxauth on; root {folder}; }}"))
        self.assertEqual(self.ask("/file").status, 401)
        self.assertEqual(self.ask("/file", self.opaque()).body, b"text")

    def test_large_tokens(self):
        self.start("mxauth on;", ("max_token_bytes", "4096"))
        self.assertEqual(self.ask(token=b"a" * 6000).status, 401)
        self.assertIn("MXAUTH_TOKEN_TOO_LARGE", self.web.log())

    def test_compat(self):
        self.start("mxauth on;", ("compat", "synapse"))
        self.assertIs(self.ask(token=self.jwt(exp=1)).json["soft_logout"], False)

    def test_resource_metadata(self):
        self.start("mxauth on;", ("resource_metadata", "https://hs.test/.well-known/oauth-protected-resource"))
        self.assertIn("resource_metadata=", self.ask().header("WWW-Authenticate"))
