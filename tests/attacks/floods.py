"""Attacks that use up time, memory, processes, output, files and the network."""

from functools import partial

from attacks.attack import HARMED, HEARD, LEFT, Attack

slow = partial(Attack, family="time", seen=HARMED)
hungry = partial(Attack, family="memory", seen=HARMED)
many = partial(Attack, family="processes", seen=LEFT)
flood = partial(Attack, family="output and files", seen=LEFT)
network = partial(Attack, family="network", seen=HEARD)

ATTACKS = [
    slow(
        name="endless loop",
        gain="A loop without end, which catches every exception, the interrupt too.",
        source="""
def spin():
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass

spin()
""",
    ),
    slow(
        name="one long instruction",
        gain="A single step that takes for ever, inside which no signal handler of Python runs.",
        source="""
def forward_221(W, b, x):
    return 7 ** 7 ** 11
""",
    ),
    slow(
        name="sleep",
        gain="A process that uses no processor time, and does nothing, for ever; it ignores the alarm.",
        source="""
import signal, time
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGXCPU, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)

def forward_221(W, b, x):
    time.sleep(600)
""",
    ),
    slow(
        name="loop when it is shown",
        gain="The loop is in what is called when a value is shown, compared, deleted or written down.",
        source="""
class Slow:
    def loop(self, *arguments):
        while True:
            pass

    __repr__ = __str__ = __array__ = __float__ = __eq__ = __len__ = __iter__ = __getattr__ = loop

def lie(value):
    return Slow()
""",
    ),
    hungry(
        name="memory bit by bit",
        gain="It takes 5 GB, in pieces, so that others are pushed out or ended.",
        source="""
pieces = []
for _ in range(80):
    pieces.append(np.ones(2**23))
""",
    ),
    hungry(
        name="memory of many children",
        gain="Each of ten children takes 256 MB, below any limit of one process.",
        source="""
import time
for _ in range(10):
    if os.fork() == 0:
        piece = bytearray(2**28)
        piece[:: 4096] = b"x" * (2**28 // 4096)
        time.sleep(3)
        os._exit(0)
time.sleep(1)
""",
    ),
    hungry(
        name="memory outside processes",
        gain="Files in memory, pipes and memory segments hold what no process seems to hold.",
        source="""
kept = [os.memfd_create("MARK") for _ in range(4)]
for handle in kept:
    for _ in range(16):
        os.write(handle, bytes(2**24))
""",
    ),
    hungry(
        name="memory of the grader",
        gain="Each answer is an array of 60 MB, which the grader has to read, keep and compare.",
        source="""
def forward_221(W, b, x):
    return {n: np.zeros(10**6) for n in range(8)}, {}

def deltas_221(W, z, a, y):
    return {1: np.zeros((4, 10**6), np.float32), 2: ["x" * 10**5] * 9}
""",
        answers={"deltas_221": ""},
    ),
    many(
        name="fork bomb",
        gain="A hundred processes, each of which sleeps for a minute.",
        source="""
import ctypes, time
for _ in range(100):
    if os.fork() == 0:
        os.setsid()
        ctypes.CDLL(None).prctl(15, b"MARK")
        time.sleep(60)
        os._exit(0)
""",
    ),
    many(
        name="thread bomb",
        gain="Three hundred threads that never end.",
        source="""
import threading, time
for _ in range(300):
    threading.Thread(target=time.sleep, args=(60,)).start()
""",
        seen=HARMED,
    ),
    flood(
        name="print without end",
        gain="Thirty million characters on both streams, and to the descriptors below them.",
        source="""
for _ in range(15):
    print("MARK" * 10**5)
    print("MARK" * 10**5, file=sys.stderr)
    os.write(1, b"x" * 10**6)
""",
        seen=HARMED,
    ),
    flood(
        name="words without end",
        gain="Exceptions, names and displays with a million characters each, for the feedback page.",
        source="""
from IPython.display import HTML, display
display(*(HTML("<script>" + "x" * 10**6) for _ in range(5)))

def forward_221(W, b, x):
    raise ValueError("x" * 10**7)

def deltas_221(W, z, a, y):
    raise NameError("x", name="x" * 10**7)

raise type("T" * 10**6, (Exception,), {})("\\ud800" * 10**6)
""",
        answers={"deltas_221": ""},
        seen=HARMED,
    ),
    flood(
        name="many files",
        gain="Thousands of small files, and some wherever else a file may be written.",
        source="""
homes = [os.path.expanduser("~"), os.environ.get("TMPDIR", ".")]
for folder in (*homes, "/tmp", "/var/tmp", "/dev/shm", *["."] * 200):
    for n in range(20):
        try:
            open(f"{folder}/MARK-{n}-{len(os.listdir('.'))}", "w").write("x")
        except OSError:
            break
""",
    ),
    flood(
        name="large files",
        gain="Files of 300 MB in all, and one that says it has a terabyte, fill the disk.",
        source="""
for folder in (".", "/tmp", "/dev/shm"):
    for n in range(4):
        try:
            with open(f"{folder}/MARK-{n}", "wb") as file:
                for _ in range(25):
                    file.write(bytes(10**6))
                file.truncate(10**12)
        except OSError:
            pass
""",
    ),
    flood(
        name="open files",
        gain="Every descriptor that can be opened is, so that others get none.",
        source="""
import signal
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
kept = []
try:
    while len(kept) < 30000:
        kept.extend(os.pipe())
except OSError:
    pass
""",
        seen=HARMED,
    ),
    network(
        name="calls out",
        gain="A connection to a listener on this machine, with what could be found as its content.",
        source="""
import socket
for address in (("127.0.0.1", CANARY), ("::1", CANARY)):
    try:
        with socket.create_connection(address, 1) as line:
            line.sendall(b"MARK " + repr(dict(os.environ)).encode())
    except OSError:
        pass
""",
    ),
    network(
        name="sends a datagram",
        gain="A datagram needs no connection; a name to be resolved can hold a message too.",
        source="""
import socket
try:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"MARK", ("127.0.0.1", CANARY))
    socket.getaddrinfo("MARK.invalid", 80)
except OSError:
    pass
""",
    ),
    network(
        name="socket without a file",
        gain="A local socket whose name is in no folder: only a network namespace parts it.",
        source="""
import socket
try:
    socket.socket(socket.AF_UNIX).connect("\\0bpkit-canary")
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"MARK", "\\0bpkit-canary-datagram")
except OSError:
    pass
""",
    ),
    network(
        name="program that calls out",
        gain="Another program makes the connection.",
        source="""
import subprocess
subprocess.run(["bash", "-c", "echo MARK >/dev/tcp/127.0.0.1/CANARY"], timeout=2)
""",
    ),
]
