"""A database whose disk is full: it is said which and what to do, nothing kept is lost, and the same process goes on.

The disk is a small one of its own, which takes root; without, this is not run, and said so.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from systems import documents
from systems.errors import Missing
from systems.ledger import Ledger
from systems.spans import open_spans
from systems.stores import Schema, open_tables
from tests import postgres
from tests.conftest import NOT_TRIED
from tests.systems import collector_support as collector
from tests.systems.ledger.histories import step

MEGABYTE = 1 << 20


@dataclass
class Disk:
    """A small disk, with one database on it, and something large besides that can be taken away."""

    folder: Path
    place: Schema

    def fill(self) -> None:
        with (self.folder / "large").open("wb") as large:
            try:
                while True:
                    large.write(bytes(MEGABYTE))
                    large.flush()
            except OSError:
                os.truncate(large.fileno(), os.fstat(large.fileno()).st_size)

    def free(self) -> None:
        (self.folder / "large").unlink()


@pytest.fixture
def disk(database: postgres.Server) -> Iterator[Disk]:
    folder = Path(tempfile.mkdtemp(prefix="specloop-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", "size=40m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        folder.rmdir()
        pytest.skip(NOT_TRIED)
    try:
        shutil.chown(folder, "postgres")
        (folder / "space").mkdir()
        shutil.chown(folder / "space", "postgres")
        with psycopg.connect(database.admin_url, autocommit=True) as admin:
            admin.execute(f"CREATE TABLESPACE small LOCATION '{folder / 'space'}'".encode())
            admin.execute(b"CREATE DATABASE small OWNER specloop TABLESPACE small")
        yield Disk(folder, Schema(urlsplit(database.url)._replace(path="/small").geturl(), "full", "p"))
        with psycopg.connect(database.admin_url, autocommit=True) as admin:
            admin.execute(b"DROP DATABASE small WITH (FORCE)")
            admin.execute(b"DROP TABLESPACE small")
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


def test_writes_to_a_full_disk_say_so_and_go_on_once_there_is_space(disk: Disk) -> None:
    put = "INSERT INTO documents VALUES (?, ?)"
    with (
        closing(open_tables(disk.place, documents.migrations)) as tables,
        closing(Ledger(disk.place)) as ledger,
        closing(open_spans(disk.place)) as spans,
        collector.collecting(disk.place) as collecting,
    ):
        step(ledger)
        kept = len(ledger.entries())
        assert collecting.post(collector.export(collector.a_span(1))).status == 200
        disk.fill()
        with pytest.raises(Missing, match=r"The disk of postgresql://.*/small \(schema full\) is full") as said:
            for number in range(20):
                tables.run(put, str(number), os.urandom(MEGABYTE))
        assert (said.value.system, said.value.exit_code) == ("disk", 4) and "Free some space" in said.value.mend
        refused = [collecting.post(large_export(number)) for number in range(2, 12)]
        assert refused[-1].status == 503 and "is full" in json.dumps(refused[-1].json)
        assert int(refused[-1].headers["retry-after"]) > 0
        assert ledger.verify() == () and len(ledger.entries()) == kept
        disk.free()
        tables.run(put, "after", os.urandom(MEGABYTE))
        step(ledger, accepted=False)
        assert collecting.post(large_export(11)).status == 200
        assert ledger.verify() == () and len(ledger.entries()) > kept
        there = {span.span_id for span in spans.spans(trace_id=collector.TRACE)}
        acknowledged = {1, 11} | {number for number, answer in enumerate(refused, 2) if answer.status == 200}
        assert there == {f"{number:016x}" for number in acknowledged}


def large_export(number: int) -> bytes:
    """A span that takes a megabyte on the disk."""
    text = {"key": "text", "value": {"stringValue": os.urandom(MEGABYTE // 2).hex()}}
    return collector.export(collector.a_span(number, attributes=[text]))
