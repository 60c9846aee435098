"""The command: what notebooks built to cheat get from stock nbgrader, and from ours at each level."""

import argparse
import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.pop(0)  # this folder: one of its modules has the name of a folder of the tests
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # the attacks are data of the tests

from attacks import ATTACKS, classroom, stock
from attacks.attack import RIGHT
from attacks.gains import SYSTEMS, kinds, sentences, totals
from nbgrader import __version__

RESULT = Path(__file__).parent / "results" / "attacks.json"
FULL_MARKS = 20
SECONDS = 20  # for each submission of a class at level process, and for the start
TOGETHER = 8  # quiet attacks in one class; one that may reach others has a class of its own


def by_stock(folder, attacks, course):
    """Return {attack's name: record} from stock nbgrader, and whether the class was harmed."""
    outcome = stock.grade(course, folder, attacks)
    harmed = outcome.found.code is None or outcome.scores.get(RIGHT) != FULL_MARKS
    reached = outcome.told | outcome.leaked
    records = {}
    for attack in attacks:
        points = outcome.scores.get(attack.student, 0)
        records[attack.name] = record(attack, points, attack.student in reached, outcome.found, len(attacks))
    return records, harmed


def by_ours(folder, attacks, level):
    """Return {attack's name: record} from ours at a level, and whether the class was harmed."""
    seconds = classroom.SECONDS if len(attacks) > TOGETHER else SECONDS * (1 + len(attacks))
    folder.mkdir()
    graded = classroom.grade(folder, attacks, level, workers=2, seconds=seconds)
    right = graded.verdicts.get(RIGHT) and graded.points(RIGHT)
    records = {}
    for attack in attacks:
        known = attack.student in graded.verdicts
        points = graded.points(attack.student) if known else 0
        reached = bool(known and graded.told(attack.student) or graded.leaked(attack.student))
        records[attack.name] = record(attack, points, reached, graded.found, len(attacks))
    return records, graded.found.code != 0 or right != FULL_MARKS


def record(attack, points, reached, found, together):
    """Return what an attack did; alone in its class, everything that is left is its own."""
    left = [what for what in found.left if attack.mark in what or together == 1]
    heard = any(attack.mark in said for said in found.heard)
    return {"points": points, "left": len(left), "reached": reached or heard}


def tried(grade, folder, attacks):
    """Return the records of some attacks; where a class was harmed, its halves are tried again."""
    records, harmed = grade(folder / f"{attacks[0].student}-{len(attacks)}", attacks)
    if harmed and len(attacks) > 1:
        middle = len(attacks) // 2
        return tried(grade, folder, attacks[:middle]) | tried(grade, folder, attacks[middle:])
    return {name: entry | {"stopped": harmed} for name, entry in records.items()}


def classes(system):
    """Return the attacks as classes that are graded together."""
    if system in ("full", "kernel"):
        return [ATTACKS]
    quiet = [attack for attack in ATTACKS if attack.family in classroom.PROCESS_STOPS]
    together = [quiet[start : start + TOGETHER] for start in range(0, len(quiet), TOGETHER)]
    return together + [[attack] for attack in ATTACKS if attack not in quiet]


def measure(system, folder):
    """Return {attack's name: record} of one system, two classes at a time."""
    if system == "stock":
        stock.new_course(folder / "course")

    def grade(place, attacks):
        return (
            by_stock(place, attacks, folder / "course")
            if system == "stock"
            else by_ours(place, attacks, system)
        )

    with ThreadPoolExecutor(2) as pool:
        parts = pool.map(lambda attacks: tried(grade, folder, attacks), classes(system))
        return {name: entry for part in parts for name, entry in part.items()}


def document(measured):
    """Return what is written: of each attack what it tries, what was measured, and what it gained."""
    rows = []
    for attack in ATTACKS:
        found = {system: measured[system][attack.name] for system in SYSTEMS}
        gained = {system: kinds(entry) for system, entry in found.items()}
        about = {"name": attack.name, "family": attack.family, "gain": attack.gain, "seen": attack.seen}
        rows.append(about | {"gained": gained, "measured": found})
    return {"nbgrader": __version__, "full_marks": FULL_MARKS, "attacks": rows}


def earlier(path):
    """Return what an earlier run has measured, by system and attack."""
    rows = json.loads(path.read_text("utf-8"))["attacks"] if path.exists() else []
    return {system: {row["name"]: row["measured"][system] for row in rows} for system in SYSTEMS}


def main():
    """Read the arguments, try every attack, print the table, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only", choices=SYSTEMS, action="append", help="measure this anew, and keep the rest"
    )
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    refusal = classroom.container.refusal()
    if refusal:
        raise SystemExit(refusal)
    measured = earlier(options.out)
    for system in options.only or SYSTEMS:
        with tempfile.TemporaryDirectory(prefix="attacks-") as folder:
            measured[system] = measure(system, Path(folder))
    written = document(measured)
    print("\n".join([*totals(written["attacks"]), *sentences(written["attacks"])]))
    options.out.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
