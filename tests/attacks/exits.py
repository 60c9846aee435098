"""Attacks that end or stop processes, and those that start processes to outlive the cell."""

from functools import partial

from attacks.attack import HARMED, LEFT, Attack

exits = partial(Attack, family="exits and signals", seen=HARMED)
outlives = partial(Attack, family="forks that outlive the cell", seen=LEFT)

ATTACKS = [
    exits(name="exit", gain="A cell that ends the interpreter as if all were well.", source="sys.exit(0)"),
    exits(
        name="exit without goodbye",
        gain="The process ends at once with status 0, in a call and in a cell.",
        source="""
def forward_221(W, b, x):
    os._exit(0)
""",
        answers={"deltas_221": "os._exit(0)"},
    ),
    exits(
        name="crash",
        gain="The interpreter reads from address 0 and is ended by the kernel.",
        source="""
import ctypes

def forward_221(W, b, x):
    return ctypes.string_at(0)
""",
    ),
    exits(
        name="exception of its own",
        gain="An exception that is no Exception, and whose text, type and traceback raise in their turn.",
        source="""
class Never(BaseException):
    def __str__(self):
        raise Never
    __repr__ = __str__
    __class__ = property(__str__)
    args = property(__str__)

def forward_221(W, b, x):
    raise Never

raise Never
""",
    ),
    exits(
        name="kills its parent",
        gain="The process that started it is killed, and the one that started that.",
        source="""
import signal
parent = os.getppid()
status = open(f"/proc/{parent}/stat").read().rsplit(") ", 1)[1].split() if parent > 1 else [0, 0]
for pid in (parent, int(status[1])):
    if pid > 1:
        os.kill(pid, signal.SIGKILL)
""",
    ),
    exits(
        name="stops its parent",
        gain="The process that started it is stopped, not ended: whoever waits for it waits for ever.",
        source="""
import signal
if os.getppid() > 0:
    os.kill(os.getppid(), signal.SIGSTOP)
""",
    ),
    exits(
        name="kills its group",
        gain="A signal to group 0, then to the group of the parent.",
        source="""
import signal

def forward_221(W, b, x):
    if os.getppid() > 1:
        os.killpg(os.getpgid(os.getppid()), signal.SIGKILL)
    os.kill(0, signal.SIGKILL)
""",
    ),
    exits(
        name="kills everybody",
        gain="A signal to -1: every process that may be signalled.",
        source="""
import signal
os.kill(-1, signal.SIGTERM)
os.kill(-1, signal.SIGKILL)
""",
    ),
    exits(
        name="interrupts like Ctrl C",
        gain="An interrupt to every process that can be seen, as if the instructor had stopped the run.",
        source="""
import signal
for pid in sorted((int(name) for name in os.listdir("/proc") if name.isdecimal()), reverse=True):
    if pid not in (1, os.getpid()):
        try:
            os.kill(pid, signal.SIGINT)
        except OSError:
            pass
""",
    ),
    exits(
        name="stops itself",
        gain="The process stops itself, so that it neither answers nor ends.",
        source="""
import signal

def forward_221(W, b, x):
    os.kill(os.getpid(), signal.SIGSTOP)
""",
    ),
    exits(
        name="becomes another program",
        gain="The process turns into a program that never answers.",
        source="""
os.execv("/bin/sleep", ["sleep", "600"])
""",
    ),
    outlives(
        name="daemon",
        gain="A child of a child, in a session of its own, deaf to signals, goes on.",
        source="""
import ctypes, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(15, b"MARK")
        for number in set(range(1, 32)) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_IGN)
        time.sleep(60)
    os._exit(0)
""",
    ),
    outlives(
        name="background program",
        gain="A program started with nohup, its output closed, goes on.",
        source="""
import subprocess
code = "import ctypes, time; ctypes.CDLL(None).prctl(15, b'MARK'); time.sleep(60)"
quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
subprocess.Popen([sys.executable, "-c", code], start_new_session=True, **quiet)
get_ipython().system("nohup sh -c 'sleep 60; : MARK' >/dev/null 2>&1 &")
""",
    ),
    outlives(
        name="child holds the channel",
        gain="A child keeps every open descriptor while its parent ends: the grader waits for an end.",
        source="""
import ctypes, time
if os.fork() == 0:
    os.setsid()
    ctypes.CDLL(None).prctl(15, b"MARK")
    time.sleep(60)
    os._exit(0)
os._exit(0)
""",
    ),
    outlives(
        name="no death with its parent",
        gain="A child takes back the wish to die with its parent, and becomes the one who adopts orphans.",
        source="""
import ctypes, time
prctl = ctypes.CDLL(None).prctl
if os.fork() == 0:
    prctl(1, 0, 0, 0, 0)
    prctl(36, 1, 0, 0, 0)
    os.setsid()
    ctypes.CDLL(None).prctl(15, b"MARK")
    if os.fork() == 0:
        prctl(1, 0, 0, 0, 0)
        ctypes.CDLL(None).prctl(15, b"MARK")
    time.sleep(60)
    os._exit(0)
""",
    ),
    outlives(
        name="two answer at once",
        gain="A fork goes on to answer beside its parent, so that replies come twice and out of turn.",
        source="""
os.fork()
os.fork()
""",
        seen=HARMED,
    ),
    outlives(
        name="hangs up",
        gain="It closes the way back, goes on computing, and keeps a child for it.",
        source="""
import ctypes, time
if os.fork() == 0:
    os.setsid()
    ctypes.CDLL(None).prctl(15, b"MARK")
    os.closerange(0, 256)
    time.sleep(60)
os.closerange(0, 256)
time.sleep(60)
""",
    ),
]
