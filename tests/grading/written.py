"""A course whose ps04 also asks for a written answer, which a person has to grade."""

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from grading.notebooks import BY_HAND, ROOT

from bpkit.grading.course import Course
from bpkit.grading.gradebook import open_gradebook

WRITTEN = "explain"
CELL = {
    "cell_type": "markdown",
    "id": WRITTEN,
    "metadata": {
        "nbgrader": {
            "grade": True,
            "grade_id": WRITTEN,
            "locked": False,
            "points": 5,
            "schema_version": 3,
            "solution": True,
            "task": False,
        }
    },
    "source": "Say in your own words what the deltas are.",
}


def written_course(folder):
    """Return a course in a folder, released, with a gradebook that knows the set."""
    root, home = folder / "course", folder / "home"
    for name in ("solutions", "exercises"):
        place = shutil.copytree(ROOT / name / BY_HAND, root / name / BY_HAND)
        notebook = json.loads((place / f"{BY_HAND}.ipynb").read_text("utf-8"))
        notebook["cells"].append(CELL)
        (place / f"{BY_HAND}.ipynb").write_text(json.dumps(notebook), "utf-8")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    home.mkdir()
    (home / "gradebook.db").write_bytes(gradebook_of(root))
    return Course(root, home)


made = {}  # nbgrader takes seconds to make a gradebook


def gradebook_of(root):
    """Return a gradebook that knows the set and no students, as bytes."""
    if BY_HAND not in made:
        with TemporaryDirectory() as folder:
            course = Course(root, Path(folder))
            with open_gradebook(course, BY_HAND):
                pass
            made[BY_HAND] = course.gradebook.read_bytes()
    return made[BY_HAND]
