"""Where a project's stores are, and the little that they need of a database.

One interface (`Tables`) over two engines: a SQLite file in the project, which is the default, and a schema of a
PostgreSQL database, for runs on many machines. A store says its statements once, in the SQL that both understand, and
never asks which engine it is on.

place.py      which of the two, for which project
tables.py     the interface, and how it is opened
sqlite.py     the file
postgres.py   the schema: its pool of connections, statements
connection.py how connections are dialled, and end when nobody is there
outage.py     what is done while a database is away
refusals.py   its errors, in words
layout.py     the schema's tables, as named migrations
locks.py      who works on what, on either
"""

from systems.stores.place import STORE, VARIABLE, Place, Schema, exists, place_of
from systems.stores.tables import Tables, open_tables

__all__ = ["STORE", "VARIABLE", "Place", "Schema", "Tables", "exists", "open_tables", "place_of"]
