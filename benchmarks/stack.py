"""Time the stack's start and weigh it when idle: gunicorn, its processes, the readers beside them.

python -m benchmarks.stack [--turns 5]

Serves an empty office as `tracker serve` does. Memory is the proportional set size of every process of the stack: what
processes share is counted once.
"""

from __future__ import annotations

import argparse
import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

IDLE_SECONDS = 5
PATIENCE_SECONDS = 60


def main() -> None:
    """Print one table: seconds to the first page, and megabytes when nobody asks for anything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as place:
        environment = {**os.environ, "TRACKER_VAR": place}
        _tracker("migrate", environment)
        turns = [_turn(environment) for _ in range(chosen.turns)]
    print("| what | first | median of the others | target |")
    print("|---|---|---|---|")
    for name, unit, target, column in (
        ("start of the workers to first page", "s", "≤ 2 s", [turn[0] for turn in turns]),
        ("the command to first page", "s", "", [turn[1] for turn in turns]),
        ("memory, idle, whole stack", "MB", "≤ 300 MB", [turn[2] for turn in turns]),
    ):
        print(f"| {name} | {column[0]:.2f} {unit} | {statistics.median(column[1:] or column):.2f} {unit} | {target} |")


def _tracker(command: str, environment: dict[str, str]) -> None:
    subprocess.run([str(Path(sys.executable).with_name("tracker")), command], env=environment, check=True)


def _turn(environment: dict[str, str]) -> tuple[float, float, float]:
    """Start the stack, weigh it, end its workers; return seconds until workers begun anew answer, until it did, MB."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [str(Path(sys.executable).with_name("tracker")), "serve", "--bind", f"127.0.0.1:{port}"]
    started = time.perf_counter()
    server = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        seconds = _first_page(port, started)
        time.sleep(IDLE_SECONDS)
        megabytes = _megabytes(server.pid)
        return _workers_again(server.pid, port), seconds, megabytes
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def _workers_again(server: int, port: int) -> float:
    children = Path(f"/proc/{server}/task/{server}/children").read_text("utf-8").split()
    started = time.perf_counter()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    return _first_page(port, started)


def _first_page(port: int, started: float) -> float:
    while time.perf_counter() - started < PATIENCE_SECONDS:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        try:
            connection.request("GET", "/sign-in")
            if connection.getresponse().status == http.client.OK:
                return time.perf_counter() - started
        except OSError:  # nobody listens yet
            time.sleep(0.02)
        finally:
            connection.close()
    raise TimeoutError("no page came")


def _megabytes(leader: int) -> float:
    """Add up the proportional set sizes (MB) of the processes of a session."""
    kilobytes = 0
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and os.getsid(int(process.name)) == leader:
            lines = (process / "smaps_rollup").read_text("utf-8").splitlines()
            kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1024


if __name__ == "__main__":
    main()
