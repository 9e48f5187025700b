# SPDX-License-Identifier: Apache-2.0
"""Authorization servers as processes of their own, on a free port of the loopback interface."""
import os
import signal
import socket
import subprocess
import sys
import time
from urllib.error import URLError

from oauth_client import metadata


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """Runs until `stop`; there since the constructor has returned."""

    def __init__(self, issuer, log, *command, env=None):
        self.origin = issuer
        self._log = open(log, "ab")
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log, env=env, start_new_session=True)
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def _wait(self):
        for _ in range(600):
            try:
                return metadata(self.origin)
            except URLError as error:
                if self._process.poll() is not None:
                    raise RuntimeError(f"the server ended; see {self._log.name}") from error
                time.sleep(0.1)
        raise TimeoutError(f"no server; see {self._log.name}")

    def stop(self):
        """With the processes that the server has started."""
        if self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._log.close()


def python(script, *arguments):
    return sys.executable, script, *arguments
