"""What attacks gained, in kinds and in tables; from what `benchmarks/attacks.py` measures."""

from bpkit.grading.sandbox.levels import LEVELS

SYSTEMS = ("stock", *LEVELS)
NAMES = {"stock": "stock nbgrader"} | {level: f"ours, {level}" for level in LEVELS}
KINDS = ("paid", "stopped", "left", "reached")


def kinds(entry):
    """Return the kinds of success that a record tells of.

    >>> kinds({"points": 3.0, "left": 0, "reached": False, "stopped": True})
    ['paid', 'stopped']
    """
    found = {"paid": entry["points"] > 0, "left": entry["left"] > 0}
    return [kind for kind in KINDS if found.get(kind, entry.get(kind))]


def totals(rows):
    """Return the lines of a table in Markdown: a row a system, and a column a kind of success."""
    head = ["| | any of these | " + " | ".join(KINDS) + " |", "| --- " * (2 + len(KINDS)) + "|"]
    return head + [
        f"| {NAMES[system]} | {' | '.join(map(str, counts(rows, system)))} |" for system in SYSTEMS
    ]


def counts(rows, system):
    """Return how many attacks gained anything from a system, and how many gained each kind."""
    gained = [row["gained"][system] for row in rows]
    return [sum(map(bool, gained)), *(sum(kind in one for one in gained) for kind in KINDS)]


def sentences(rows):
    """Return the same in words."""
    stock, *ours = (counts(rows, system)[0] or "none" for system in SYSTEMS)
    full, kernel, process = ours
    paid = counts(rows, "stock")[1]
    return [
        f"Of the {len(rows)} notebooks, stock nbgrader pays {paid}, and {stock} gain something there.",
        f"With ours, {full} gain something at *full*, {kernel} at *kernel* and {process} at *process*.",
    ]
