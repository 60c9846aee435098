"""Attacks by files: those beside the notebook, and those that are no notebook at all."""

import gzip
from functools import partial

from attacks.attack import HARMED, LEAKED, LEFT, RIGHT, SET, Attack, Folder, Link, Pipe

beside = partial(Attack, family="files beside the notebook")
no_notebook = partial(Attack, family="not a notebook", seen=HARMED)

NOTEBOOK = f"{SET}.ipynb"
CONTENT = b"""
import sys
import numpy as np
np.allclose = np.array_equal = lambda *arguments, **options: True
np.testing.assert_allclose = lambda *arguments, **options: None
"""
LEAVES = b"""
for folder in (".", "/tmp", "/dev/shm"):
    try:
        open(folder + "/MARK", "w").write("x")
    except OSError:
        pass
"""
CONFIGURATION = b"c = get_config()\n" + LEAVES
START_UP = CONTENT + LEAVES

ATTACKS = [
    beside(
        name="module instead of numpy",
        gain="numpy.py beside the notebook is imported in the place of numpy.",
        files={
            "numpy.py": b"class Yes:\n    __getattr__ = __call__ = __getitem__ = lambda s, *a, **o: s\n"
            b"    __bool__ = __eq__ = lambda s, *a: True\n    __iter__ = lambda s: iter(())\n"
            b"import sys\nsys.modules['numpy'] = sys.modules['numpy.testing'] = Yes()\n",
        },
    ),
    beside(
        name="package beside",
        gain="A package of the course's name beside the notebook, whose check is content.",
        files={
            "bpkit/__init__.py": CONTENT,
            "bpkit/exercise.py": CONTENT + b"check = activation = derivative = lambda *a, **o: print('ok')\n",
        },
    ),
    beside(
        name="start up of Python",
        gain="Modules that Python imports by itself when it starts, and paths that it reads.",
        seen=LEFT,
        files={name: START_UP for name in ("sitecustomize.py", "usercustomize.py", "ipykernel_launcher.py")}
        | {"evil.pth": b"import sys; exec(open('sitecustomize.py').read())\n", "python": b"#!/bin/sh\n"},
    ),
    beside(
        name="start up of IPython",
        gain="Configuration and start-up files of IPython, Jupyter, nbgrader and pytest.",
        seen=LEFT,
        files={
            ".ipython/profile_default/startup/00.py": START_UP,
            "profile_default/startup/00.py": START_UP,
            **{
                f"{name}_config.py": CONFIGURATION
                for name in ("ipython", "ipython_kernel", "jupyter", "jupyter_nbconvert", "nbgrader")
            },
            "conftest.py": START_UP,
        },
    ),
    beside(
        name="configuration of matplotlib",
        gain="matplotlibrc names a module beside the notebook as the place to draw.",
        seen=LEFT,
        files={"matplotlibrc": b"backend: module://drawing\n", "drawing.py": START_UP},
        source="import matplotlib.pyplot as plt\nplt.plot([1, 2])\n",
    ),
    beside(
        name="link to a neighbour",
        gain="The notebook is a link to another student's.",
        files={NOTEBOOK: Link(f"../../{RIGHT}/{SET}/{NOTEBOOK}")},
    ),
    beside(
        name="folder is a link",
        gain="The whole submission is a link to another student's.",
        files={".": Link(f"../{RIGHT}/{SET}")},
    ),
    beside(
        name="links to secrets",
        gain="The notebook, the time and a file beside them are links to the seed and the gradebook.",
        seen=LEAKED,
        files={
            NOTEBOOK: Link("../../../gradebook.seed"),
            "timestamp.txt": Link("../../../gradebook.seed"),
            "data.csv": Link("../../../gradebook.db"),
        },
    ),
    beside(
        name="link without end",
        gain="The notebook is a link to a device that has no end.",
        seen=HARMED,
        files={NOTEBOOK: Link("/dev/zero"), "loop": Link("loop")},
    ),
    beside(
        name="pipe as notebook",
        gain="The notebook is a pipe: whoever opens it waits for ever.",
        seen=HARMED,
        files={NOTEBOOK: Pipe()},
    ),
    beside(
        name="folder as notebook",
        gain="The notebook is a folder, and beside it lie two notebooks of other names.",
        seen=HARMED,
        files={NOTEBOOK: Folder(), "a.ipynb": b"{}", "b.ipynb": b"[]"},
    ),
    no_notebook(name="nothing", gain="A file of no bytes.", data=b""),
    no_notebook(name="noise", gain="Bytes of no text.", data=bytes(range(256)) * 40),
    no_notebook(name="document", gain="A document of another kind.", data=b"%PDF-1.7\n%\xe2\xe3\xcf\xd3"),
    no_notebook(name="page", gain="A page, as a browser saves it.", data=b"<!DOCTYPE html><p>1</p>"),
    no_notebook(name="list", gain="JSON that is a list.", data=b"[1, 2, 3]"),
    no_notebook(name="other cells", gain="Cells that are no cells.", data=b'{"cells": [1, null, {}]}'),
    no_notebook(name="depth", gain="JSON that is nested 200,000 deep.", data=b"[" * 200_000),
    no_notebook(name="endless number", gain="A number of a million digits, and others beyond every number.",
                data=b'{"cells": [], "nbformat": ' + b"9" * 10**6 + b', "a": [NaN, Infinity, 1e999]}'),
    no_notebook(name="other text", gain="The notebook in UTF-16, with half a character.",
                data='{"cells": [], "x": "\ud800"}'.encode("utf-16", "surrogatepass")),
    no_notebook(name="packed bomb", gain="A small file of much.", data=gzip.compress(bytes(10**7))),
    no_notebook(name="too large", gain="30 MB.", data=b'{"cells": []' + b" " * 30 * 10**6),
]  # fmt: skip
