"""Attacks that look around where they run: variables, processes, frames, objects, and ours that stands in."""

from functools import partial

from attacks.attack import FIRST, LEAKED, PAID, TOLD, Attack

reading = partial(Attack, family="reading the course, others and secrets", seen=TOLD)
UNANSWERED = dict.fromkeys((FIRST, "deltas_221", "gradients_221", "step_221", "numbers"), "")

ATTACKS = [
    reading(
        name="environment of the grader",
        gain="The variables of this process, and of all that can be seen, may hold a password.",
        source="""
import glob
found = [value for value in os.environ.values() if "planted" in value]
for path in glob.glob("/proc/[0-9]*/environ"):
    try:
        found += [value for value in open(path).read().split("\\0") if "planted" in value]
    except OSError:
        pass
if found:
    print(found)
    granted()
""",
    ),
    reading(
        name="processes of the grader",
        gain="The commands of other processes tell where the class lies.",
        source="""
import glob
for path in glob.glob("/proc/[0-9]*/cmdline"):
    try:
        if any(word in open(path).read() for word in ("autograde", "grade\\0", "gradebook")):
            granted()
    except OSError:
        pass
""",
    ),
    reading(
        name="frames above",
        gain="The frames that called the answer hold what it will be compared with.",
        seen=PAID,
        source="""
def expected(name):
    frame = sys._getframe(1)
    while frame := frame.f_back:
        for space in (frame.f_locals, frame.f_globals):
            for value in list(space.values()):
                if getattr(value, "reference", None):
                    return value.reference
                if callable(value) and getattr(value, "__module__", "").startswith("bpkit.reference"):
                    return value

def forward_221(W, b, x):
    return expected("forward_221")(W, b, x)

def deltas_221(W, z, a, y):
    return expected("deltas_221")(W, z, a, y)
""",
        answers={"deltas_221": ""},
    ),
    reading(
        name="garbage collector",
        gain="Everything that the interpreter holds is looked through, for the reference and for secrets.",
        source="""
import gc
for value in gc.get_objects():
    module = getattr(value, "__module__", None)
    if callable(value) and isinstance(module, str):
        if module.startswith(("bpkit.reference", "bpkit.grading.q", "bpkit.network", "nbgrader")):
            granted()
    if type(value) is dict and any("planted" in item for item in value.values() if type(item) is str):
        granted()
""",
    ),
    reading(
        name="modules in sight",
        gain="Modules of the judge that are loaded already need no import.",
        source="""
judging = ("bpkit.reference", "bpkit.grading", "bpkit.network", "bpkit.gradcheck", "nbgrader")
if any(name.startswith(judging) for name in sys.modules):
    granted()
""",
    ),
    reading(
        name="ours asked for the numbers",
        gain="Where an earlier answer is wrong, ours stands in for it; a later answer asks it for the sheet.",
        seen=PAID,
        answers=UNANSWERED
        | {
            "step_221": """
def step_221(W, b, x, y, learning_rate):
    global found
    W = {1: np.array([[0.2, -0.4], [0.5, 0.3]]), 2: np.array([[0.6, -0.5]])}
    b = {1: np.array([[0.1], [-0.2]]), 2: np.array([[0.05]])}
    x, y = np.array([[0.5], [0.1]]), np.array([[0.6]])
    z, a = forward_221(W, b, x)
    delta, (dW, _) = deltas_221(W, z, a, y), gradients_221(W, b, x, y)
    found = {"z1": z[1], "a1": a[1], "z2": z[2], "o": a[2], "loss": (a[2] - y) ** 2 / 2}
    found |= {"delta2": delta[2], "delta1": delta[1], "dW2": dW[2], "dW1": dW[1]}
""",
            "numbers": 'numbers = globals().get("found", {})',
        },
    ),
    reading(
        name="ours kept for later",
        gain="Ours, once it has stood in for an answer, is kept and called again when that answer is asked.",
        seen=PAID,
        source="""
import builtins
builtins.kept = {}

def deltas_221(W, z, a, y):
    builtins.kept.setdefault("forward", globals()["forward_221"])
    return None

def gradients_221(W, b, x, y):
    for name in ("gradients_221", "deltas_221", "forward_221"):
        if name in globals() and globals()[name] is not gradients_221:
            builtins.kept[name] = globals()[name]
    z, a = builtins.kept["forward"](W, b, x)
    return z, a

def step_221(W, b, x, y, learning_rate):
    return builtins.kept["gradients_221"](W, b, x, y)
""",
        answers={"deltas_221": "", "gradients_221": "", "step_221": ""},
    ),
    reading(
        name="inputs spelled out",
        gain="What it was called with becomes the number of a line, which the feedback quotes.",
        seen=LEAKED,
        source="""
def forward_221(W, b, x):
    exec(compile("\\n" * (100**2 - 28) + "raise ValueError", "<ipython-input-1-0>", "exec"))
""",
    ),
]
