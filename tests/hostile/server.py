"""The server under attack: a process with its own embedded Postgres, restarted for every attempt."""

import os
import pathlib
import re
import resource
import signal
import subprocess
import time

# As most systems set it for a service.
OPEN_FILES = 1_024
START_LIMIT = 60.0
# Seconds that the server gives to requests in progress, and that it may take beyond them to stop Postgres.
SHUTDOWN_TIMEOUT, SHUTDOWN_SLACK = 3, 3.0
LISTENING = re.compile(r"^Listening on http://127\.0\.0\.1:(\d+)/api$", re.MULTILINE)


class Server:
    def __init__(self, program: str, folder: pathlib.Path, cores: set[int]) -> None:
        self.program = program
        self.folder = folder
        self.cores = cores
        known = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        self.environment = known | {
            "IMMICH_DATA_DIR": str(folder / "data"),
            "IMMICH_HOST": "127.0.0.1",
            "IMMICH_PORT": "0",
            "IMMICH_SHUTDOWN_TIMEOUT": str(SHUTDOWN_TIMEOUT),
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def start(self) -> None:
        """Start it with the limits and cores of an ordinary service, and wait until it listens."""
        output = self.folder / "stdout"
        with output.open("wb") as stdout, (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.program, "serve"], env=self.environment, stdout=stdout, stderr=log, preexec_fn=self.limit
            )
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline and self.process.poll() is None:
            found = LISTENING.search(output.read_text())
            if found:
                self.port = int(found.group(1))
                return
            time.sleep(0.05)
        raise RuntimeError("the server did not start:\n" + self.end_of_log())

    def limit(self) -> None:
        os.sched_setaffinity(0, self.cores)
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(OPEN_FILES, most), most))

    def create_user(self, email: str, name: str, password: str) -> None:
        command = [self.program, "user", "create", "--email", email, "--name", name, "--password-stdin", "--json"]
        subprocess.run(command, env=self.environment, input=password.encode(), check=True, capture_output=True)

    def memory(self) -> int:
        """Resident memory in KiB."""
        return self.status("VmRSS")

    def watch_memory(self) -> None:
        """Forget the highest resident memory so far."""
        pathlib.Path(f"/proc/{self.id()}/clear_refs").write_text("5")

    def most_memory(self) -> int:
        """The highest resident memory in KiB since `watch_memory`."""
        return self.status("VmHWM")

    def status(self, field: str) -> int:
        text = pathlib.Path(f"/proc/{self.id()}/status").read_text()
        found = re.search(rf"^{field}:\s+(\d+) kB$", text, re.MULTILINE)
        return int(found.group(1)) if found else 0

    def id(self) -> int:
        assert self.process is not None
        return self.process.pid

    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> float | None:
        """Ask it to stop; the seconds that it took, or `None` if it had to be killed."""
        assert self.process is not None
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(SHUTDOWN_TIMEOUT + SHUTDOWN_SLACK)
            return time.monotonic() - start
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None

    def end_of_log(self) -> str:
        return "\n".join((self.folder / "log").read_text(errors="replace").splitlines()[-20:])
