"""Print the address of an empty database for the tests, if a PostgreSQL answers on this machine; else exit with 1.

The role is an ordinary one: tests that ran as a superuser would not notice a right that is missing. The database is
that of this folder, so that two checkouts can be tested at once.
"""

import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.errors import DuplicateObject, UniqueViolation

SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"
ROLE = "surveyapp_test"
DATABASE = f"{ROLE}_{sha256(bytes(Path(__file__).resolve())).hexdigest()[:8]}"


def main() -> None:
    """Make role and database anew, and print the address."""
    try:
        server = psycopg.connect(SERVER, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        sys.exit(f"No PostgreSQL for the tests: {error}")
    role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
    with server:
        with suppress(DuplicateObject, UniqueViolation):  # the second, if another checkout makes it at this moment
            server.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(role, sql.Literal(ROLE)))
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
        server.execute(sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(database, role))
    print(f"postgresql+psycopg://{ROLE}:{ROLE}@127.0.0.1:5432/{DATABASE}")


if __name__ == "__main__":
    main()
