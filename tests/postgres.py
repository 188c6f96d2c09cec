"""A PostgreSQL cluster of the tests' own, on a socket in their own folder."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier


def find_binaries() -> Path | None:
    """Find the newest installed PostgreSQL server of version 15 or later."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda place: int(place.parts[4]))
    newest = versions[-1].parent if versions else None
    if newest is not None and int(newest.parts[4]) >= 15:
        return newest
    found = shutil.which("initdb")
    return Path(found).parent if found else None


class PostgresServer:
    """Starts, makes databases, stops. PostgreSQL refuses to run as root, so root hands it to its own account."""

    def __init__(self, *, fsync: bool = False) -> None:
        binaries = find_binaries()
        assert binaries is not None
        self.binaries = binaries
        self.fsync = fsync
        """Whether a commit waits for the disk, as in earnest; tests need not."""
        # A folder of its own, not pytest's: that one is closed to other accounts, and a socket's path is short.
        self.home = Path(tempfile.mkdtemp(prefix="tracker-pg-"))
        self.account = pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())

    def start(self) -> None:
        os.chown(self.home, self.account.pw_uid, self.account.pw_gid)
        cluster = str(self.home / "cluster")
        self._run("initdb", "-D", cluster, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", "tracker")
        fsync = "on" if self.fsync else "off"
        settings = (
            f"-c unix_socket_directories={self.home} -c listen_addresses= -c max_connections=120 -c fsync={fsync}"
        )
        self._run("pg_ctl", "-D", cluster, "-o", settings, "-l", str(self.home / "log"), "-w", "start")

        self._desk = psycopg.connect(host=str(self.home), user="tracker", dbname="postgres", autocommit=True)

    def stop(self) -> None:
        self._desk.close()
        self._run("pg_ctl", "-D", str(self.home / "cluster"), "-m", "immediate", "stop")
        shutil.rmtree(self.home, ignore_errors=True)

    def create(self, name: str, *, template: str = "template1") -> None:
        # Over an open connection, copying files: a third of the time `createdb` takes, once for every test.
        statement = SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._desk.execute(statement.format(Identifier(name), Identifier(template)))

    def drop(self, name: str) -> None:
        self._desk.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://tracker@/{name}?host={self.home}"

    def _run(self, program: str, *arguments: str) -> None:
        user = self.account.pw_name if os.geteuid() == 0 else None
        subprocess.run(
            [str(self.binaries / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            user=user,
            cwd="/",
        )
