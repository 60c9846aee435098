"""The database behind the gradebook: opened once, written in whole transactions, its errors in sentences."""

import sqlite3
from contextlib import contextmanager

from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError

from . import schema
from .course import FULL, CourseError

PATIENCE = 30  # seconds to wait for another program that writes
KEPT = "What was reported as graded is kept; run the same command again to go on."


def open_database(course):
    """Return an engine for a course's database, whose schema is made where there is none.

    Raises
    ------
    CourseError
        If it cannot be reached, or its schema is not that of this nbgrader.
    """
    with in_sentences(course):
        engine = engine_of(course.db_url)
        version = revision(engine)
        if version is None:
            make_schema(engine)
        elif version != schema.REVISION:
            raise CourseError(
                f"The gradebook {place(course)} was made by another version of nbgrader. Back it up, "
                f"go to its folder, and run: nbgrader db upgrade"
            )
        with writing(engine) as connection:
            schema.ours.create_all(connection)
    return engine


def engine_of(url):
    """Return an engine; with SQLite every transaction begins where SQLAlchemy says so, and not later."""
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": PATIENCE})

    @event.listens_for(engine, "begin")
    def begin(connection):
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine


def writing(engine):
    """Begin a transaction that writes: all of it, or none."""
    return engine.execution_options(begin="BEGIN IMMEDIATE").begin()


def revision(engine):
    """Return which revision of nbgrader's schema the database holds; None where it is empty."""
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        if not set(tables) - {"bpkit_verdict"}:
            return None
        if "alembic_version" not in tables:
            return "none"
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def make_schema(engine):
    """Make nbgrader's tables, all at once: nbgrader itself, stopped between two, leaves an unusable file."""
    from nbgrader.api import Base  # takes seconds to import

    with writing(engine) as connection:
        Base.metadata.create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": schema.REVISION})


@contextmanager
def in_sentences(course):
    """Turn what goes wrong with the database or the disk into a sentence for the instructor."""
    try:
        yield
    except ArgumentError as error:
        raise CourseError(f"c.CourseDirectory.db_url names no database: {error}.") from error
    except DBAPIError as error:
        raise CourseError(explained(course, error)) from error
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise CourseError(no_space(error.filename or course.home)) from error


def explained(course, error):
    """Say what a database's error means, and what to do."""
    says, code = str(error.orig).strip(), getattr(error.orig, "sqlite_errorcode", None)
    if "locked" in says:
        return (
            f"Another program has been writing into {place(course)} for {PATIENCE} seconds. Close it. {KEPT}"
        )
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE) or "No space left" in says:
        return no_space(place(course))
    if isinstance(error, IntegrityError):
        return f"Another program wrote into {place(course)} at the same time. {KEPT}"
    if getattr(error.orig, "sqlstate", "") is None or error.connection_invalidated:
        return f"The database {place(course)} cannot be reached: {says}. {KEPT}"
    return (
        f"{place(course)} cannot be used as nbgrader's gradebook: {says}. If an older nbgrader made it, "
        "back it up and run: nbgrader db upgrade"
    )


def no_space(where):
    return f"There is no space left on the device of {where}. Make room. {KEPT}"


def place(course):
    """Name a course's database, without its password."""
    url = make_url(course.db_url)
    return url.database if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
