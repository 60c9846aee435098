"""The rows of one set in nbgrader's database, written many submissions at a time.

They are the rows that nbgrader writes: a submission has all of its notebooks, a notebook has a grade
and a comment for each cell that takes one, and what a person entered stays.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from uuid import uuid4

from sqlalchemy import bindparam, select

from . import schema as s

NO_RESPONSE = "No response."  # what nbgrader comments on an answer that is as it was handed out


@dataclass(frozen=True)
class Cell:
    """A cell that takes a grade or a comment; where it is `by_hand`, a person gives the grade."""

    id: str
    notebook_id: str
    name: str
    type: str  # GradeCell, SolutionCell or TaskCell
    by_hand: bool


@dataclass(frozen=True)
class Entry:
    """What is written of one student's submission."""

    student: str
    scores: dict  # {question, or its check cell: points}
    unanswered: frozenset = frozenset()  # answer cells that are as they were handed out
    timestamp: datetime | None = None

    def auto_score(self, cell):
        """Return a cell's points, or None where a person has to give them."""
        if cell.by_hand:
            return 0.0 if cell.name in self.unanswered else None
        return self.scores.get(cell.name, self.scores.get(cell.name.removeprefix("check_")))


def cells_of(connection, assignment_id):
    """List the cells of an assignment; an answer that is graded is there twice, as in nbgrader."""
    query = (
        select(s.base_cell, s.grade_cells.c.cell_type)
        .join(s.notebook, s.notebook.c.id == s.base_cell.c.notebook_id)
        .outerjoin(s.grade_cells, s.grade_cells.c.id == s.base_cell.c.id)
        .where(s.notebook.c.assignment_id == assignment_id)
    )
    found = connection.execute(query).all()
    answers = {(row.notebook_id, row.name) for row in found if row.type == "SolutionCell"}
    return [
        Cell(
            row.id,
            row.notebook_id,
            row.name,
            row.type,
            by_hand=row.cell_type != "code" or (row.notebook_id, row.name) in answers,
        )
        for row in found
    ]


class SetRows:
    """The rows of one set; whoever gives the connection commits."""

    def __init__(self, connection, set_name):
        query = select(s.assignment).where(s.assignment.c.name == set_name)
        self.assignment = connection.execute(query).one()
        query = select(s.notebook.c.name, s.notebook.c.id)
        query = query.where(s.notebook.c.assignment_id == self.assignment.id)
        self.notebooks = dict(connection.execute(query).all())
        self.notebook = self.notebooks[set_name]  # the one that is graded here
        self.cells = cells_of(connection, self.assignment.id)

    def write(self, connection, entries):
        """Write entries, each of another student; return {student: id of the notebook that is graded}."""
        put(connection, s.student, ("id",), [{"id": entry.student} for entry in entries])
        rows = [self.submission_row(entry) for entry in entries]
        submissions = put(connection, s.submitted_assignment, ("student_id", "assignment_id"), rows)
        rows = [
            {"assignment_id": submission, "notebook_id": notebook}
            for submission in submissions.values()
            for notebook in self.notebooks.values()
        ]
        there = put(connection, s.submitted_notebook, ("assignment_id", "notebook_id"), rows)
        places = [
            (entry, cell, there[submissions[entry.student, self.assignment.id], cell.notebook_id])
            for entry in entries
            for cell in self.cells
        ]
        self.write_cells(connection, places)
        return {student: there[submission, self.notebook] for (student, _), submission in submissions.items()}

    def submission_row(self, entry):
        row = {"student_id": entry.student, "assignment_id": self.assignment.id}
        return row | ({"timestamp": entry.timestamp} if entry.timestamp else {})

    def write_cells(self, connection, places):
        """Write grades and comments of (entry, cell, notebook); a score by hand asks to be looked at."""
        grades = [self.grade_row(*place) for place in places if place[1].type != "SolutionCell"]
        comments = [self.comment_row(*place) for place in places if place[1].type != "GradeCell"]
        put(connection, s.grade, ("notebook_id", "cell_id"), grades)
        put(connection, s.comment, ("notebook_id", "cell_id"), comments)
        by_hand = s.grade.c.manual_score.is_not(None)
        mine = s.grade.c.notebook_id.in_({row["notebook_id"] for row in grades if "auto_score" in row})
        connection.execute(s.grade.update().where(mine, by_hand).values(needs_manual_grade=True))

    def grade_row(self, entry, cell, notebook):
        row = {"notebook_id": notebook, "cell_id": cell.id}
        if cell.notebook_id != self.notebook or cell.type == "TaskCell":
            return row
        score = entry.auto_score(cell)
        return row | {"auto_score": score, "needs_manual_grade": score is None}

    def comment_row(self, entry, cell, notebook):
        row = {"notebook_id": notebook, "cell_id": cell.id}
        if cell.notebook_id != self.notebook:
            return row
        same = cell.type == "SolutionCell" and cell.name in entry.unanswered
        return row | {"auto_comment": NO_RESPONSE if same else None}


def put(connection, table, keys, rows):
    """Write rows, known by their columns `keys`; those that are there get the values that differ.

    Parameters
    ----------
    connection : Connection
    table : Table
    keys : tuple of str
        Columns that tell rows apart; the first narrows the search.
    rows : list of dict
        Values by column. Of columns that a row does not name, old values stay.

    Returns
    -------
    dict of {tuple: str}
        The rows' ids by the values of their keys.
    """
    wanted = {row[keys[0]] for row in rows}
    found = connection.execute(select(table).where(table.c[keys[0]].in_(wanted))).mappings()
    places = itemgetter(*keys)
    there, ids = {places(row): row for row in found}, {}
    for columns, group in groupby(sorted(rows, key=len), key=tuple):
        missing, differing = [], []
        for row in group:
            place = places(row)
            old = there.get(place)
            ids[place] = old["id"] if old else row.get("id") or uuid4().hex
            if not old:
                missing.append(row | {"id": ids[place]})
            elif any(old[name] != value for name, value in row.items()):
                differing.append({f"new_{name}": row[name] for name in columns} | {"this": ids[place]})
        if missing:
            connection.execute(table.insert(), missing)
        if differing:
            change = table.update().where(table.c.id == bindparam("this"))
            connection.execute(change.values({n: bindparam(f"new_{n}") for n in columns}), differing)
    return ids
