"""Attacks on what comes and goes together: results in bundles, and the cases that wait in the sandbox."""

from functools import partial

from attacks.attack import HARMED, PAID, Attack
from attacks.frames import CHANNEL

bundled = partial(Attack, family="forged bundles", seen=PAID)
held = partial(Attack, family="held cases", seen=PAID)

HELD = """
def held():
    # All that the sandbox holds for the calls to come, by the name of the answer.
    frame = sys._getframe()
    while frame:
        cases = getattr(frame.f_locals.get("notebook"), "cases", None)
        if cases:
            return cases
        frame = frame.f_back
    return {}
"""

ATTACKS = [
    bundled(
        name="bundles in advance",
        gain="Bundles of as many results as any question has cases, all with arguments kept.",
        source=CHANNEL
        + r"""
z = '{"dict":[1,["<f8",2,1],2,["<f8",1,1]]}'

def zeros(count):
    text = ",".join(['{"tuple":[%s,%s]},false' % (z, z)] * count)
    return frame('{"list":[%s]}' % text, bytes(48 * count), b"R", count=count)

say(right({"result": None}), *map(zeros, range(1, 30)))

def forward_221(W, b, x):
    say(*map(zeros, range(1, 30)))
""",
    ),
    bundled(
        name="counts that lie",
        gain="A bundle announces none, or thousands, or more than it holds, or more than it was asked for.",
        seen=HARMED,
        source=CHANNEL
        + r"""
texts = ('{"list":[]}', '{"list":[1,false]}', '{"list":[1,false,1,false]}', '{"list":[1,0]}', "7", "", "?")

def forward_221(W, b, x):
    say(*[frame(text, b"", b"R", count=count) for count in (0, 65535, 2, 1) for text in texts])
""",
    ),
    bundled(
        name="bundle for a cell",
        gain="The reply to a cell is a bundle that nobody can read, and the calls after it find nothing.",
        seen=HARMED,
        source=CHANNEL + """say(frame("?", purpose=b"R"), *[right({"missing": True})] * 40)""",
    ),
    bundled(
        name="bundles of much",
        gain="Each of a thousand results is deep, wide, or an array of a million numbers.",
        seen=HARMED,
        source=CHANNEL
        + r"""
wide = "[%s,false]" % ",".join(['["|b1",0]'] * 90000)
texts = ('{"list":%s}' % wide, '{"list":[' * 900 + "]}" * 900, '{"list":[["<f8",1000000],false]}')

def forward_221(W, b, x):
    while True:
        say(*[frame(text, bytes(8000000 * ("<f8" in text)), b"R") for text in texts])
""",
    ),
    bundled(
        name="rich for ever",
        gain="Whatever is asked, the reply is that IPython is needed for it.",
        seen=HARMED,
        source=CHANNEL + """say(*[right({"rich": True})] * 900)""",
    ),
    bundled(
        name="infinite times too large",
        gain="Every number is the right one times infinity, for whoever divides them.",
        seen=HARMED,
        source="""
def forward_221(W, b, x):
    z1 = W[1] @ x + b[1]
    a1 = 1 / (1 + np.exp(-z1))
    z2 = W[2] @ a1 + b[2]
    return {1: z1 * np.inf, 2: z2 * np.inf}, {0: x, 1: a1 * np.inf, 2: np.full(z2.shape, np.inf)}
""",
    ),
    bundled(
        name="characters of twelve bytes",
        gain="A cell is short as it is counted, and long as it is sent.",
        seen=HARMED,
        source="# " + "\U0001f600" * 100_000,
    ),
    bundled(
        name="text among numbers",
        gain="In a list with one long text numpy makes each number as long, in the grader's own memory.",
        seen=HARMED,
        source="long = ['x' * 20_000, *[1] * 25_000]",
        answers={
            "deltas_221": """
def deltas_221(W, z, a, y):
    forward_221({1: ["x" * 300_000, *[1] * 1_900], 2: 1}, {1: 1, 2: 1}, 1)
""",
            "numbers": "numbers = {'z1': long}",
        },
    ),
    held(
        name="held cases rewritten",
        gain="All that the answers will be called with is zero, and zeros are what they return.",
        source=HELD
        + """
for cases in held().values():
    cases.before = bytes(len(cases.before))
    cases.ready = cases.drawn()
""",
    ),
    held(
        name="answers found among held cases",
        gain="What another answer is called with is what this one should return.",
        source=HELD
        + """
kept = {name: cases.arguments for name, cases in held().items()}

def forward_221(W, b, x):
    pairs = kept.get("deltas_221", ())
    near = [(z, a) for _, z, a, _ in pairs if a[2].shape[1] == x.shape[1]]
    same = [(z, a) for V, z, a, _ in pairs if np.array_equal(V[1], W[1])]
    return (same or near or [({}, {})])[0]
""",
    ),
    held(
        name="held cases taken away",
        gain="There is nothing left to be called with, or something else.",
        seen=HARMED,
        source=HELD
        + """
kept = held()
for cases in kept.values():
    cases.text, cases.ready, cases.arguments = b"?", None, []
kept.pop("deltas_221", None)
kept["numbers"] = kept
""",
    ),
    held(
        name="changes denied",
        gain="Whoever looks whether arguments are as they were finds that they are.",
        source=CHANNEL
        + """
def deltas_221(W, z, a, y):
    y *= 0
    return {1: z[1], 2: z[2]}

for word in ("cases", "session", "outbox"):
    for kind in (value for value in vars(module(word) or os).values() if isinstance(value, type)):
        if hasattr(kind, "changed") or hasattr(kind, "kept"):
            kind.changed = kind.kept = lambda *arguments: False
""",
        answers={"deltas_221": ""},
    ),
]
