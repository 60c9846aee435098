"""The levels of the sandbox: at each that this machine offers, what a fork can do and what it cannot."""

import errno
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bpkit.grading.limits import Limits
from bpkit.grading.sandbox import levels
from bpkit.grading.sandbox.levels import LEVELS, MEANS, SandboxRefused, best, refusal
from bpkit.grading.sandbox.process import Sandbox

ROOT = Path(__file__).parents[2]
ARM = platform.machine() in ("aarch64", "arm64")
linux = pytest.mark.skipif(sys.platform != "linux", reason="The walls are Linux's own.")


@pytest.fixture
def walled(warm):
    """A warm process at a level with walls."""
    if warm.level == "process":
        pytest.skip("The level process has no walls.")
    return warm


@pytest.fixture
def inner(walled):
    with walled.fork() as one:
        yield one


def told(fork, source, seconds=20):
    """Run a cell that defines `told`, and return its value."""
    outcome = fork.cell(source, seconds)
    assert outcome.problem is None, outcome.says(public=True)
    return fork.value("told").result


@pytest.fixture
def outside(tmp_path):
    """What lies outside of a sandbox, within reach of whoever is not walled in."""
    (tmp_path / "gradebook.seed").write_text("hunter2")
    mark, place = f"walls-{os.getpid()}", tmp_path / "socket"
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as named:
        with socket.socket(socket.AF_UNIX) as abstract, subprocess.Popen(["sleep", "60"]) as other:
            for listening, address in ((named, str(place)), (abstract, f"\0{mark}")):
                listening.bind(address)
                listening.listen()
            known = {"port": tcp.getsockname()[1], "mark": mark, "pid": other.pid, "root": ROOT}
            yield known | {"folder": tmp_path, "home": Path.home(), "python": sys.executable}
            other.kill()


WALLS = {
    "a server of this machine": "import socket; socket.create_connection(('127.0.0.1', {port}), 2)",
    "datagrams": "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "netlink": "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "a named socket": "import socket; socket.socket(socket.AF_UNIX).connect('{folder}/socket')",
    "an abstract socket": "import socket; socket.socket(socket.AF_UNIX).connect('\\0{mark}')",
    "the seed beside a gradebook": "open('{folder}/gradebook.seed').read()",
    "the course": "open('{root}/README.md').read()",
    "the instructor's home": "import os; assert set(os.listdir('{home}')) - {{'.pyenv', '.local'}}",
    "the users of the machine": "open('/etc/passwd').read()",
    "the name of the machine": "open('/etc/hostname').read()",
    "the list of processes": "import os; assert os.listdir('/proc')",
    "its own memory map": "open('/proc/self/maps').read()",
    "the environment of its parent": "import os; open(f'/proc/{{os.getppid()}}/environ').read()",
    "another process": "import os; os.kill({pid}, 0)",
    "a handle to another process": "import os; os.pidfd_open({pid})",
    "its parent": "import os; assert os.getppid()",
    "the kernel's settings": "import os; assert os.listdir('/sys')",
    "terminals": "import os; os.stat('/dev/ptmx')",
    "a folder of the instructor's": "open('{folder}/written', 'w').write('x')",
    "devices to write to": "import os; os.open('/dev/full', os.O_WRONLY)",
}
REFUSALS = {"AssertionError", "BlockingIOError", "ConnectionRefusedError", "FileNotFoundError", "OSError"}
REFUSALS |= {"NotADirectoryError", "PermissionError", "ProcessLookupError"}


@linux
@pytest.mark.parametrize("name", WALLS)
def test_walls_stand_where_a_level_has_them(name, fork, warm, outside):
    outcome = fork.cell(WALLS[name].format(**outside))

    assert outcome.problem == (None if warm.level == "process" else "raised")
    assert not outcome.problem or outcome.type in REFUSALS


@pytest.mark.parametrize(
    "family", ["AF_INET", "AF_INET6", "AF_PACKET", "AF_NETLINK", "AF_VSOCK", "AF_ALG", "AF_CAN"]
)
def test_there_are_sockets_within_the_fork_alone(family, inner):
    kinds = "(socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW)"
    source = f"import socket\nfor kind in {kinds}:\n    try: socket.socket(socket.{family}, kind)\n"
    source += "    except PermissionError: continue\n    raise AssertionError(kind)\nsocket.socketpair()"

    assert inner.cell(source).problem is None


# what makes or leaves namespaces, looks into other processes, or widens the kernel: (x86-64, arm64)
CALLS = {"mount": (165, 40), "umount2": (166, 39), "unshare": (272, 97), "setns": (308, 268)}
CALLS |= {"pivot_root": (155, 41), "chroot": (161, 51), "ptrace": (101, 117), "process_vm_readv": (310, 270)}
KERNEL = {"clone3": (435, 435), "keyctl": (250, 219), "add_key": (248, 217), "bpf": (321, 280)}
KERNEL |= {"io_uring_setup": (425, 425), "userfaultfd": (323, 282), "perf_event_open": (298, 241)}
KERNEL |= {"memfd_create": (319, 279), "open_by_handle_at": (304, 265), "init_module": (175, 105)}
KERNEL |= {"pidfd_getfd": (438, 438), "setuid": (105, 146), "move_mount": (429, 429), "shmget": (29, 194)}
TRY = """
import ctypes
c, told = ctypes.CDLL(None, use_errno=True), {}
for name, number in %r.items():
    c.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 6)
    told[name] = ctypes.get_errno()
"""


def errors(fork, calls):
    return told(fork, TRY % {name: numbers[ARM] for name, numbers in calls.items()})


@linux
def test_calls_that_take_walls_down_are_not_there(fork, warm):
    found = {code == errno.ENOSYS for code in errors(fork, CALLS).values()}

    assert found == {warm.level != "process"}


def test_calls_that_widen_the_kernel_are_not_there(inner):
    assert set(errors(inner, KERNEL).values()) == {errno.ENOSYS}


@pytest.mark.parametrize(
    "flag", [0x20000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000]
)
def test_a_new_process_gets_no_namespace_of_its_own(flag, inner):
    number = 220 if ARM else 56
    source = "import ctypes\nc = ctypes.CDLL(None, use_errno=True)\n"
    source += f"told = c.syscall({number}, {flag | 17}, 0, 0, 0, 0)\nif told == 0: c._exit(0)"

    assert told(inner, source) == -1
    assert told(inner, "told = ctypes.get_errno()") == errno.EPERM


def test_a_fork_is_an_ordinary_user_and_the_first_process(inner):
    source = "import os\ntold = os.getresuid(), os.getresgid(), os.getpid(), os.getppid()"

    assert told(inner, source) == ((1000,) * 3, (1000,) * 3, 1, 0)
    assert set(told(inner, "told = os.getgroups()")) <= {1000, 65534}  # the instructor has others
    for change in ("os.setuid(0)", "os.setgroups([0])", "os.chown('.', 0, 0)", "os.sethostname('x')"):
        assert inner.cell(change.replace("os.seth", "__import__('socket').seth")).type in (
            "OSError",
            "PermissionError",
        )


NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")


def namespaces(pid):
    return {kind: os.readlink(f"/proc/{pid}/ns/{kind}") for kind in NAMESPACES}


def test_each_fork_has_every_namespace_for_itself(walled):
    with walled.fork() as one, walled.fork() as other:
        processes = [os.getpid(), walled.process.pid, one.leash.pid, other.leash.pid]
        found = list(map(namespaces, processes))

    for kind in NAMESPACES:
        assert len({spaces[kind] for spaces in found[2:]} - {s[kind] for s in found[:2]}) == 2


def test_the_kernel_knows_of_the_walls_around_a_fork(inner):
    rows = Path(f"/proc/{inner.leash.pid}/status").read_text().splitlines()
    status = {row.split(":")[0]: row.split() for row in rows}

    assert (status["Seccomp"][1], status["NoNewPrivs"][1]) == ("2", "1")
    assert {status[kind][1] for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {"0" * 16}
    assert "0" not in status["Uid"][1:]


LIMITED = {"AS": "memory", "FSIZE": "files", "NPROC": "processes"}


@pytest.mark.parametrize("name", LIMITED)
def test_the_system_holds_a_fork_to_its_limits(name, inner):
    source = f"import resource\ntold = list(resource.getrlimit(resource.RLIMIT_{name}))"

    assert told(inner, source) == [getattr(inner.limits, LIMITED[name])] * 2
    assert inner.cell(f"resource.setrlimit(resource.RLIMIT_{name}, [2**40] * 2)").type == "ValueError"


@linux
def test_no_capability_opens_a_file_that_its_owner_has_closed(fork, warm):
    outcome = fork.cell("import os\nopen('shut', 'w').close()\nos.chmod('shut', 0)\nopen('shut')")

    assert outcome.type == ("" if warm.level == "process" and os.geteuid() == 0 else "PermissionError")


LOOK = """
import os
told = {"written": [], "suid": [], "course": [], "packages": [], "full": []}
for folder, folders, files in os.walk("/"):
    flags = os.statvfs(folder).f_flag
    if not flags & os.ST_RDONLY:
        try:
            open(os.path.join(folder, "written"), "w").close()
            told["written"].append(folder)
        except OSError:
            pass
    told["suid"] += [folder] if files and not flags & os.ST_NOSUID else []
    told["course"] += [name for name in files if name in ("gradebook.db", "nbgrader_config.py")]
    if {"bpkit", "nbgrader", "reference", "grading"} & set(folders) or folder.endswith("-packages"):
        told["packages"].append(folder)
    if os.path.basename(folder) in ("bpkit", "nbgrader") and (folders or files):
        told["full"].append(folder)
"""


@pytest.fixture(scope="module")
def seen(warm):
    """All that a fork sees, at the levels with walls."""
    if warm.level == "process":
        pytest.skip("The level process has no walls.")
    with warm.fork() as fork:
        return told(fork, LOOK, 60)


def test_nothing_that_a_fork_sees_can_be_written_but_its_home(seen):
    assert {folder for folder in seen["written"] if not folder.startswith("/run/home")} == set()
    assert "/run/home/student" in seen["written"]
    assert seen["suid"] == []


def test_nothing_of_the_grader_is_in_sight(seen):
    assert seen["full"] == ["/run/offered/bpkit"]
    assert seen["course"] == []


def test_only_harmless_devices_and_the_packages_share_are_in_sight(inner):
    source = (
        "import os\ntold = [sorted(os.listdir(f)) for f in ('/dev', '/run/offered/bpkit', '/proc', '/run')]"
    )
    devices, share, processes, run = told(inner, source)

    assert set(devices) - {"shm"} == {"full", "null", "random", "urandom", "zero"}  # shm is in the home
    assert share == ["__init__.py", "data", "exercise.py", "plots"]
    assert processes == []
    assert run == ["home", "inside", "offered"]


SEARCH = """
import importlib, sys
sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in getattr(finder, "__module__", "")]
sys.path += %r
for name in [name for name in sys.modules if name.split(".")[0] == "bpkit"]:
    del sys.modules[name]
told = []
for name in %r:
    try:
        importlib.import_module(name)
        told.append(name)
    except ImportError:
        pass
"""
OURS = ["bpkit.reference", "bpkit.network", "bpkit.grading", "bpkit.gradcheck", "bpkit.cli", "reference.mlp"]
OURS += ["grading.questions", "nbgrader.api", "nbgrader.apps", "nbgrader_config"]


def test_nothing_of_the_grader_is_importable_from_anywhere(inner, seen):
    assert told(inner, SEARCH % (seen["packages"], OURS)) == []


def test_at_the_level_process_the_grader_is_importable():
    names = OURS[:2]
    with Sandbox("process") as sandbox, sandbox.fork() as fork:
        fork.cell("import sys; sys.path.remove(next(path for path in sys.path if path.endswith('offered')))")
        found = told(fork, SEARCH % ([str(ROOT)], names))

    assert found == names


EVERY_DAY = {
    "time": "%%time\nx = 1",
    "timeit": "%timeit -n 1 -r 1 1 + 1",
    "a command's output": "words = !echo right\nassert words == ['right'], words",
    "a script": "%%bash\ntest 1 = 1 && echo right > said.txt",
    "a file": "%%writefile twice.py\ndef twice(x): return 2 * x",
    "another notebook's file": "open('own.py', 'w').write('x = 1')\n%run own.py\nassert x == 1",
    "inline figures": "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1]); plt.show()",
    "await": "import asyncio\nawait asyncio.sleep(0)",
    "data and plots": "from bpkit import data, plots\nassert data.moons and plots.__all__",
    "exercise": "from bpkit.exercise import activation, check, derivative\nderivative('tanh')(0.0)",
    "arrays": "import numpy as np\nnp.save('a', np.linalg.inv(np.eye(3)))\nassert np.load('a.npy')[0, 0]",
    "threads": "from concurrent.futures import ThreadPoolExecutor as Pool\n"
    "with Pool(4) as pool: assert list(pool.map(abs, [-1, 2])) == [1, 2]",
    "another program": "import subprocess, sys\n"
    "run = subprocess.run([sys.executable, '-c', 'import numpy; print(1)'], capture_output=True, text=True)\n"
    "assert run.stdout == '1\\n', run.stderr",
    "a fork": "import os\nif os.fork() == 0: os._exit(3)\nassert os.wait()[1] == 3 << 8",
    "temporary files": "import tempfile\nwith tempfile.TemporaryFile() as file: file.write(b'x')",
    "a database": "import sqlite3\nsqlite3.connect('own.db').execute('create table t (x)')",
    "time zones": "import datetime, zoneinfo\ndatetime.datetime.now(zoneinfo.ZoneInfo('Europe/Berlin'))",
    "chance": "import secrets, uuid\nsecrets.token_hex(); uuid.uuid4()",
    "alarms": "import signal\nsignal.signal(signal.SIGALRM, lambda *_: None); signal.alarm(0)",
    "a figure in a file": "import matplotlib.pyplot as plt, os\nplt.plot([1, 2]); plt.title(r'$\\delta$')\n"
    "plt.savefig('f.png')\nassert os.path.getsize('f.png') > 1000",
}


@pytest.mark.parametrize("name", EVERY_DAY)
def test_what_notebooks_do_every_day_works_at_each_level(name, fork, rich):
    outcome = rich.cell(EVERY_DAY[name])

    assert outcome.problem is None, outcome.says(public=True)
    assert fork.cell(EVERY_DAY[name]).problem in (None, "rich")


MEET = (
    "open('left', 'w').close()\nimport socket\ns = socket.socket(socket.AF_UNIX)\ns.bind({0!r}); s.listen()"
)
SEEK = "import socket\nsocket.socket(socket.AF_UNIX).connect({0!r})"


@linux
def test_forks_do_not_meet(warm):
    name = f"\0mine-{os.getpid()}"
    with warm.fork() as one, warm.fork() as other:
        assert one.cell(MEET.format(name)).problem is None
        met = other.cell(SEEK.format(name)).problem is None
        files = told(other, "import os\ntold = [n for _, _, names in os.walk('/run/home') for n in names]")

    assert met == (warm.level == "process")
    assert files == []


TIGHT = Limits(processes=12, files=2**21, memory=2**29)
EVERYWHERE = {
    "a large file": ("open('x', 'wb').write(bytes(2**22))", "raised", "files"),
    "too many open files": ("kept = [open('/dev/null') for _ in range(999)]", "raised", "files"),
    "a large object": ("x = bytearray(2**34)", "raised", "memory"),
    "a large array": ("import numpy as np; np.ones(2**30)", "raised", "memory"),
    "a loop": ("while True: pass", "time", "time"),
    "sleep": ("import time; time.sleep(60)", "time", "time"),
    "an end": ("import os; os._exit(0)", "died", "ended"),
}
BEHIND_WALLS = {
    "many files": ("for k in range(9): open(f'x{k}', 'wb').write(bytes(2**19))", "raised", "files"),
    "many empty files": ("for k in range(9999): open(f'x{k}', 'wb').close()", "raised", "files"),
    "many processes": (
        "import subprocess; [subprocess.Popen(['sleep', '9']) for _ in range(99)]",
        "raised",
        "processes",
    ),
    "many forks": (
        "import os, time\nfor _ in range(99):\n    if os.fork() == 0: time.sleep(9)",
        "raised",
        "processes",
    ),
    "many threads": (
        "import threading, time\nfor _ in range(99): threading.Thread(target=time.sleep, args=[9]).start()",
        "raised",
        "processes",
    ),
}


@pytest.fixture(scope="module")
def tight(warm):
    """A warm process at each level with limits that are soon met."""
    with Sandbox(warm.level, TIGHT) as sandbox:
        yield sandbox


@pytest.mark.parametrize("name", EVERYWHERE | BEHIND_WALLS)
def test_a_limit_that_is_met_is_told(name, tight):
    if name in BEHIND_WALLS and tight.level == "process":
        pytest.skip("The level process does not hold the home and the number of processes to limits.")
    source, problem, limit = (EVERYWHERE | BEHIND_WALLS)[name]
    with tight.fork() as fork:
        outcome = fork.cell(source, 0.2 if limit == "time" else 10)

    assert (outcome.problem, outcome.limit) == (problem, limit)
    assert outcome.says().endswith(".")


@linux
def test_the_processes_of_a_submission_share_its_memory(tight):
    if tight.level == "process" or "memory" not in tight.group.folders:
        pytest.skip("There is no control group of its own at this level, or on this machine.")
    child = "if os.fork() == 0: b = bytearray(230 * 2**20); time.sleep(0.3); os._exit(0)"
    with tight.fork() as fork:
        fork.cell(
            f"import os, time\nfor _ in range(4):\n    {child}\ntold = [os.wait()[1] for _ in range(4)]"
        )
        ends = fork.value("told").result

    assert ends is None or 9 in ends


@pytest.fixture
def asked_anew():
    """Have the machine be asked again which levels it offers, in the test and after it."""
    for cached in (best, refusal):
        cached.cache_clear()
    yield
    for cached in (best, refusal):
        cached.cache_clear()


@linux
def test_without_bubblewrap_the_level_kernel_is_the_best(asked_anew, monkeypatch, tmp_path):
    offered = refusal("kernel") is None
    monkeypatch.setenv("PATH", str(tmp_path))

    assert "bubblewrap is not installed" in refusal("full") and "sudo apt install bubblewrap" in refusal(
        "full"
    )
    assert best() == ("kernel" if offered else "process")
    with pytest.raises(SandboxRefused, match="bubblewrap is not installed. Install it"):
        Sandbox("full")


@linux
def test_a_bubblewrap_that_fails_is_quoted(asked_anew, monkeypatch, tmp_path):
    said = "bwrap: setting up uid map: Permission denied"
    reads = f"#!{sys.executable}\nimport os, sys\nos.read(int(sys.argv[-1]), 9**9)\nsys.exit({said!r})\n"
    (tmp_path / "bwrap").write_text(reads)
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    assert f"The level full does not work here ({said})." in refusal("full")
    assert "kernel.apparmor_restrict_unprivileged_userns=0" in refusal("full")


def test_other_systems_are_told_where_to_grade(asked_anew, monkeypatch):
    monkeypatch.setattr(levels.sys, "platform", "darwin")

    assert "needs Linux, and this is darwin. Grade inside a Linux machine." in refusal("kernel")
    assert best() == "process"


ASK = """
from bpkit.grading.sandbox.levels import SandboxRefused, best, refusal, safe
print(refusal("full"), refusal("kernel"), best(), sep="\\n")
try:
    safe()
except SandboxRefused as error:
    print(error)
"""
DENY = """
import ctypes, struct, sys
steps = [(0x20, 0, 0, 0)]
for number in map(int, sys.argv[2:]):
    steps += [(0x15, 0, 1, number), (0x06, 0, 0, 0x00050000 | int(sys.argv[1]))]
program = b"".join(struct.pack("=HBBI", *step) for step in [*steps, (0x06, 0, 0, 0x7FFF0000)])
kept = ctypes.create_string_buffer(program, len(program))
filter = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(kept))
prctl = ctypes.CDLL(None).prctl
assert prctl(38, 1, 0, 0, 0) == 0 and prctl(22, ctypes.c_ulong(2), filter, 0, 0) == 0
"""


def answers(command, **more):
    """Return what a process of its own says about this machine's levels, line by line."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@linux
@pytest.mark.parametrize(
    ("code", "calls", "says", "hint"),
    [
        (errno.EPERM, ["unshare"], "new namespaces: Operation not permitted", levels.NAMESPACES),
        (errno.EPERM, ["mount"], "mount /: Operation not permitted", levels.NAMESPACES),
        (errno.ENOSYS, ["landlock"], "Landlock: Function not implemented", levels.LANDLOCK),
        (errno.EOPNOTSUPP, ["landlock"], "Landlock: Operation not supported", levels.LANDLOCK),
    ],
    ids=["unshare", "mount", "old kernel", "landlock off"],
)
def test_a_kernel_that_denies_a_wall_is_refused_with_the_way_out(code, calls, says, hint):
    numbers = [str({**CALLS, "landlock": (444, 444)}[name][ARM]) for name in calls]
    full, kernel, found, error = answers([sys.executable, "-c", DENY + ASK, str(code), *numbers])

    assert found == "process"
    assert kernel == f"The level kernel does not work here ({says}). {hint}"
    assert full.startswith("The level full does not work here (") and full.endswith(hint)
    assert error.startswith("This machine cannot seclude students' code.") and "--sandbox=process" in error


@linux
def test_a_machine_without_user_namespaces_is_refused_with_the_way_out():
    if subprocess.run(["unshare", "--user", "--map-root-user", "true"], capture_output=True).returncode:
        pytest.skip("This machine has no user namespaces in the first place.")
    one = "echo 1 > /proc/sys/user/max_user_namespaces"
    user = 'exec unshare --user --map-user=1000 --map-group=1000 "$@"'
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", f"{one} && {user}", "sh", sys.executable]
    full, kernel, found, error = answers([*command, "-c", ASK])

    assert found == "process"
    assert kernel.startswith("The level kernel does not work here (new namespaces: No space left on device).")
    assert all("sysctl user.max_user_namespaces above 0" in says for says in (full, kernel, error))


@pytest.mark.parametrize("level", LEVELS)
def test_each_level_is_explained(level):
    assert MEANS[level] and (refusal(level) or "x.").endswith((".", ")"))


USER = 65533  # who owns nothing
CAUGHT = {"capture_output": True, "text": True, "timeout": 300}


def closed_folders():
    """List the folders that an ordinary user cannot enter on the way to Python and to this checkout."""
    paths = [Path(path).resolve() for path in (sys.prefix, sys.base_prefix, ROOT)]
    tops = {
        next((top for top in reversed([p, *p.parents]) if not top.stat().st_mode & 1), None) for p in paths
    }
    return {top: [p for p in paths if p.is_relative_to(top)] for top in tops - {None}}


def as_ordinary_user(command, keep):
    """Return a command that runs another as a user who owns nothing, with Python where it was."""
    steps = ["set -e"]
    for number, (top, needed) in enumerate(closed_folders().items()):
        kept = keep / str(number)
        steps += [f"mkdir {kept}", f"mount --rbind {top} {kept}", f"mount -t tmpfs -o mode=755 none {top}"]
        for path in needed:
            steps += [f"mkdir -p {path}", f"mount --rbind {kept / path.relative_to(top)} {path}"]
    steps.append(f'exec setpriv --reuid {USER} --regid {USER} --groups 27,{USER} "$@"')
    apart = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]
    return [*apart, "sh", "-c", "\n".join(steps), "sh", *command]


@linux
def test_the_walls_stand_for_ordinary_users_too(tmp_path):
    if os.geteuid():
        pytest.skip("An ordinary user runs all these tests.")
    if not all(map(shutil.which, ("unshare", "setpriv"))):
        pytest.skip("There is no unshare or no setpriv to become an ordinary user with.")
    chosen = (
        "walls_stand or calls_that or first_process or itself or kernel_knows or sight or written or many"
    )
    pytests = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__]
    with tempfile.TemporaryDirectory(prefix="bpkit-") as folder:
        os.chown(folder, USER, USER)
        command = [*pytests, "--basetemp", folder + "/tests", "-k", f"({chosen}) and not [process"]
        environment = os.environ | {"TMPDIR": folder, "HOME": folder}
        done = subprocess.run(as_ordinary_user(command, tmp_path), cwd=ROOT, env=environment, **CAUGHT)

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
