"""PostgreSQL of our own, from the machine's programs: in a folder, on loopback, for one user with a password.

As root it runs as the user `postgres`, since it refuses root.
https://www.postgresql.org/docs/current/app-initdb.html
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from systems.errors import Missing
from systems.supervision.service import LOOPBACK, TRY_SECONDS, Command, Service, program

ADMIN, USER, DATABASE = "admin", "specloop", "specloop"
PROGRAMS = ("initdb", "postgres", "pg_isready", "psql")
MEND = "Install it (Debian, Ubuntu: apt-get install postgresql), or name a database: --store postgresql://..."
MOST_CONNECTIONS = 200


@dataclass(frozen=True)
class Postgres:
    """A server in a folder.

    Attributes:
        folder: its data, its log and its password are there.
        port: on loopback.
        password: of its two users; empty: everybody on this machine may do everything.
        options: settings of its own, each `name=value`.
    """

    folder: Path
    port: int
    password: str = ""
    options: Sequence[str] = ()

    @property
    def url(self) -> str:
        """The database, as its owner reaches it."""
        return self._url(USER, DATABASE)

    @property
    def admin_url(self) -> str:
        """The server, as who may do everything reaches it."""
        return self._url(ADMIN, "postgres")

    @property
    def data(self) -> Path:
        """Where its data are."""
        return self.folder / "data"

    def service(self) -> Service:
        """What is to run.

        Raises:
            Missing: a program of it is not installed.
        """
        options = (*self.options, f"listen_addresses={LOOPBACK}", f"max_connections={MOST_CONNECTIONS}")
        settings = [word for option in options for word in ("-c", option)]
        place = ["-D", str(self.data), "-p", str(self.port), "-k", str(self.folder)]
        return Service(
            name="PostgreSQL",
            argv=(_found("postgres"), *place, *settings),
            port=self.port,
            folder=self.folder,
            log=self.folder / "log",
            answers=partial(_answers, _found("pg_isready"), self.port),
            runner=as_postgres(),
            before=(self._init(),),
            after=tuple(map(self._statement, self._statements())),
            ends_on=signal.SIGINT,  # cuts connections; what was committed is safe
        )

    def _init(self) -> Command:
        words = ["-D", str(self.data), "-U", ADMIN, "-E", "UTF8", "--locale=C"]
        guard = ["--auth=scram-sha-256", f"--pwfile={self.folder / 'password'}"] if self.password else ["--auth=trust"]
        guard += ["--no-sync"] if "fsync=off" in self.options else []
        unless = self.data / "PG_VERSION"
        return Command((*as_postgres(), _found("initdb"), *words, *guard), unless=unless)

    def _statements(self) -> tuple[str, ...]:
        secret = f" PASSWORD '{self.password}'" if self.password else ""
        return f"CREATE ROLE {USER} LOGIN{secret}", f"CREATE DATABASE {DATABASE} OWNER {USER}"

    def _statement(self, sql: str) -> Command:
        where = ("-h", LOOPBACK, "-p", str(self.port), "-U", ADMIN, "-d", "postgres")
        environment = {"PGPASSWORD": self.password} if self.password else {}
        return Command((_found("psql"), "-q", *where, "-c", sql), environment=environment)

    def _url(self, user: str, database: str) -> str:
        secret = f":{self.password}" if self.password else ""
        return f"postgresql://{user}{secret}@{LOOPBACK}:{self.port}/{database}"


def is_installed() -> bool:
    """Whether this machine has what a server of our own needs."""
    try:
        return all(map(_found, PROGRAMS))
    except Missing:
        return False


def as_postgres() -> tuple[str, ...]:
    """What goes before a command of PostgreSQL where we are root.

    Raises:
        Missing: there is no user `postgres`.
    """
    if os.geteuid() != 0:
        return ()
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        mend = f"Make it: useradd --system postgres. {MEND}"
        raise Missing("PostgreSQL refuses root, and there is no user postgres.", system="store", mend=mend) from None
    return "setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"


def make_folder(folder: Path) -> str:
    """A server's folder with a password in it, made where there is none; the password.

    Raises:
        Missing: it cannot be written.
    """
    file = folder / "password"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(24), encoding="ascii")
        if os.geteuid() == 0:
            for each in (folder, file):
                shutil.chown(each, "postgres")
        return file.read_text(encoding="ascii").strip()
    except (OSError, LookupError) as error:
        mend = "Name another folder with --data."
        raise Missing(f"{folder} cannot be used ({error}).", system="disk", mend=mend) from error


def _answers(pg_isready: str, port: int) -> bool:
    ready = [pg_isready, "-q", "-t", str(int(TRY_SECONDS)), "-h", LOOPBACK, "-p", str(port)]
    return subprocess.run(ready, check=False).returncode == 0


def _found(name: str) -> str:
    return program(name, "/usr/lib/postgresql/*/bin", system="store", mend=MEND)
