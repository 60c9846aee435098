"""The verdicts as they were given: a record a submission, in the same database as its scores."""

import json
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import inspect, select

from .database import engine_of, in_sentences
from .schema import verdicts
from .submission import Graded

PAGE = 200  # records that are in memory at once


def keys_of(engine, set_name):
    """Return {student: key} of what is graded of a set; the key is the hash of all that it rests on."""
    query = select(verdicts.c.student, verdicts.c.key).where(verdicts.c.set_name == set_name)
    with engine.connect() as connection:
        return dict(connection.execute(query).all())


def record_of(engine, set_name, student):
    """Return one record as plain data."""
    query = select(verdicts.c.verdict).where(verdicts.c.set_name == set_name, verdicts.c.student == student)
    with engine.connect() as connection:
        return json.loads(connection.execute(query).scalar_one())


def write_records(connection, set_name, records):
    """Write records, (student, key, JSON), in the place of earlier ones; the caller commits."""
    old = verdicts.c.student.in_([student for student, _, _ in records])
    connection.execute(verdicts.delete().where(verdicts.c.set_name == set_name, old))
    rows = [{"student": student, "key": key, "verdict": text} for student, key, text in records]
    connection.execute(verdicts.insert().values(set_name=set_name), rows)


def kept(course, set_name):
    """Iterate over what is graded of a set, whatever it was graded with.

    Yields
    ------
    student : str
        In order.
    graded : Graded
        Without its notebook.
    """
    with database_with(course, verdicts) as engine:
        page = records_after(engine, set_name, "") if engine else []
        while page:
            yield from ((student, Graded.of(json.loads(record))) for student, record in page)
            page = records_after(engine, set_name, page[-1][0])


def records_after(engine, set_name, student):
    """Return the next records in order of the students; between two pages nothing is locked."""
    query = select(verdicts.c.student, verdicts.c.verdict)
    query = query.where(verdicts.c.set_name == set_name, verdicts.c.student > student)
    with engine.connect() as connection:
        return connection.execute(query.order_by(verdicts.c.student).limit(PAGE)).all()


@contextmanager
def database_with(course, table):
    """Open a course's database to read a table; None where there is none yet."""
    with in_sentences(course):
        engine = engine_of(course.db_url)
        try:
            path = engine.url.database if engine.dialect.name == "sqlite" else None
            there = path is None or Path(path).is_file()  # SQLite would make the file
            yield engine if there and inspect(engine).has_table(table.name) else None
        finally:
            engine.dispose()
