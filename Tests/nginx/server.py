# SPDX-License-Identifier: Apache-2.0
"""Debian's nginx on loopback, with the module under test."""
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

MODULE = os.environ.get("MXAUTH_NGINX_MODULE", "")
NGINX = os.environ.get("NGINX", "/usr/sbin/nginx")
# Twice each connection that a test may have waiting, if the machine lets a process have so many descriptors.
CONNECTIONS = 12_000

TEMPLATE = """
{module}
{main}
# An upgraded nginx gets no environment but this; installed libraries need none.
env LD_LIBRARY_PATH;
pid {folder}/nginx.pid;
error_log {folder}/error.log {level};
worker_processes {workers};
events {{ worker_connections {connections}; }}
http {{
    {temporary}
    access_log off;
    keepalive_requests 1000000;
    {http}
}}
"""
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(holds, what, seconds=10):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"in vain: {what}")
        time.sleep(0.01)


class Nginx:
    """`http`: what stands in its http block; @PORT@ is its port. `module` is None for one without the module."""

    def __init__(self, folder, http, *, main="daemon off;", module=MODULE, workers=2, level="info", wrapper=(),
                 connections=CONNECTIONS):
        self.folder, self.port, self._wrapper = Path(folder), free_port(), list(wrapper)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._settings = {"main": main, "workers": workers, "level": level, "connections": connections,
                          "module": f"load_module {module};" if module else ""}
        self.write(http)
        self.process = None

    @property
    def file(self):
        return self.folder / "nginx.conf"

    def write(self, http):
        temporary = "\n    ".join(f"{name}_temp_path {self.folder}/{name};" for name in TEMPORARY)
        self.file.write_text(TEMPLATE.format(
            folder=self.folder, temporary=temporary, http=http.replace("@PORT@", str(self.port)), **self._settings))

    def command(self, *arguments):
        return [*self._wrapper, NGINX, "-p", str(self.folder), "-c", str(self.file), "-e",
                str(self.folder / "error.log"), *arguments]

    def check(self):
        """What `nginx -t` says: (exit status, text)."""
        done = subprocess.run(self.command("-t"), capture_output=True, text=True, timeout=60)
        return done.returncode, done.stderr

    def start(self, seconds=20):
        self._output = open(self.folder / "output", "w", encoding="utf-8")
        self.process = subprocess.Popen(self.command(), stdout=self._output, stderr=subprocess.STDOUT)
        until(self.answers, "nginx that listens", seconds)
        return self

    def answers(self):
        if self.process.poll() not in ((None, 0) if self.is_daemon else (None,)):
            raise AssertionError(f"nginx has ended: {(self.folder / 'output').read_text()} {self.log()}")
        # A listening socket is there before the workers are, and one of them before the others.
        if len(self.workers()) < self._started_workers:
            return False
        with socket.socket() as probe:
            return not probe.connect_ex(("127.0.0.1", self.port))

    @property
    def _started_workers(self):
        return 1 if self.has_no_master else self._settings["workers"]

    @property
    def has_no_master(self):
        return "master_process off" in self._settings["main"]

    @property
    def is_daemon(self):
        return "daemon off" not in self._settings["main"]

    @property
    def master(self):
        return int((self.folder / "nginx.pid").read_text())

    def workers(self, master=None):
        try:
            return children(master or self.master) or ([self.master] if self.has_no_master else [])
        except (OSError, ValueError):
            return []

    def has_other_master(self, old):
        """While nginx upgrades itself, its pid file is gone for a moment, and empty for another."""
        try:
            return self.master != old and bool(self.workers())
        except (OSError, ValueError):
            return False

    def send(self, number, process=None):
        os.kill(process or self.master, number)

    def reload(self):
        """Until other workers serve, and the old ones are gone or finishing."""
        before = set(self.workers())
        self.send(signal.SIGHUP)
        until(lambda: set(self.workers()) - before, "new workers")

    def stop(self, number=signal.SIGTERM, seconds=20):
        if not self.process:
            return
        if self.is_daemon:
            for file in self.folder.glob("nginx.pid*"):
                master = int(file.read_text())
                self.send(number, master)
                until(lambda: is_gone(master), "the end of nginx", seconds)
        elif self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(seconds)
        self._output.close()

    def log(self):
        path = self.folder / "error.log"
        return path.read_text(errors="replace") if path.exists() else ""


def is_gone(process):
    """A process that nobody has waited for yet is gone too."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def children(process):
    path = Path(f"/proc/{process}/task/{process}/children")
    return [int(child) for child in path.read_text().split()]
