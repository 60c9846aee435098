"""Linux's own walls around a process, by system calls: namespaces, mounts, Landlock, seccomp.

It runs inside the sandbox, and imports the standard library alone.
"""

import ctypes
import os
import platform
import resource
import signal
import socket
import struct

from .seccomp import filter_program

NOBODY = 65534
HOME = "/run/home"
STUDENT = 1000  # the user and group that a submission sees itself as

CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x02000000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
APART = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
MNT_DETACH = 2
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, AT_RECURSIVE, AT_FDCWD = 1, 2, 0x8000, -100
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
SECCOMP_MODE_FILTER = 2
PIVOT_ROOT = {"x86_64": 155}.get(platform.machine(), 41)
CAPSET = {"x86_64": 126}.get(platform.machine(), 91)
CAPABILITIES = 0x20080522  # version 3 of the structure that capset takes
MOUNT_SETATTR, LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 442, 444, 445, 446

libc = ctypes.CDLL(None, use_errno=True)


class Refused(Exception):
    """A wall that this machine does not build; the message says which, and the kernel's reason."""


def call(what, function, *arguments):
    """Call one of the C library's functions, and raise Refused where it fails."""
    result = function(*arguments)
    if result < 0:
        raise Refused(f"{what}: {os.strerror(ctypes.get_errno())}")
    return result


def system(what, number, *arguments):
    return call(what, libc.syscall, ctypes.c_long(number), *arguments)


def end_with_parent():
    """Have this process ended together with the one that started it."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def mount(source, target, kind="", flags=0, options=""):
    words = [word.encode() or None for word in (source, target, kind)]
    call(f"mount {target}", libc.mount, *words, ctypes.c_ulong(flags), options.encode() or None)


def unshare(flags):
    call("new namespaces", libc.unshare, flags)


def map_user(outside, inside):
    """Give the one user and group of a new user namespace their numbers."""
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{inside} {outside[0]} 1"),
        ("gid_map", f"{inside} {outside[1]} 1"),
    ):
        put(f"/proc/self/{name}", text)


def put(path, text):
    """Write a text into a file of the kernel's, in one piece."""
    file = os.open(path, os.O_WRONLY)
    os.write(file, text.encode())
    os.close(file)


def keep_from_the_others(root, view):
    """Make a file system of what the view names, and have this process see nothing else."""
    me = os.geteuid(), os.getegid()
    unshare(CLONE_NEWNS | (CLONE_NEWUSER if me[0] else 0))
    if me[0]:
        map_user(me, me[0])
    mount("", "/", "", MS_REC | MS_PRIVATE)
    mount("tmpfs", root, "tmpfs", MS_NOSUID, "mode=755")
    for kind, source, target in view:
        place(kind, source, root + target)
    os.chdir(root)
    os.mkdir("proc")
    mount("/proc", root + "/proc", "", MS_BIND | MS_REC)
    system("pivot_root", PIVOT_ROOT, b".", b".")
    call("leave the old root", libc.umount2, b".", MNT_DETACH)
    os.chdir("/")
    os.mkdir(HOME)
    mount("tmpfs", HOME, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=64m")
    mount("", "/", "", MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID)


def place(kind, source, target):
    """Put one entry of the view under the new root: a link, a folder without anything, or what is there."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if kind == "link":
        os.symlink(source, target)
        return
    if kind == "empty":
        os.makedirs(target, exist_ok=True)
        mount("tmpfs", target, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV, "size=4k,mode=755")
        return
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    elif not os.path.exists(target):
        open(target, "w").close()
    mount(source, target, "", MS_BIND | MS_REC)
    if kind == "read":
        attributes = struct.pack("QQQQ", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, 0, 0, 0)
        where = ctypes.c_int(AT_FDCWD), target.encode(), ctypes.c_uint(AT_RECURSIVE)
        system(f"{target} read-only", MOUNT_SETATTR, *where, attributes, ctypes.c_size_t(len(attributes)))


def is_mapped(user):
    """Say whether a user exists in this user namespace; where root is the only one, nobody is not."""
    with open("/proc/self/uid_map") as file:
        rows = [[int(word) for word in line.split()] for line in file]
    return any(first <= user < first + count for first, _, count in rows)


def become_nobody():
    """As root, take a user who owns nothing here; the kernel does not count root's processes."""
    if os.geteuid() == 0 and is_mapped(NOBODY):
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)


def move_into_own_processes():
    """Go on as the first process of a namespace of processes; the one that was called waits for its end."""
    me = os.geteuid(), os.getegid()
    unshare(APART | CLONE_NEWPID)
    map_user(me, STUDENT)
    child = os.fork()
    if child:
        os.closerange(0, 256)
        os.waitpid(child, 0)
        os._exit(0)
    end_with_parent()


class Forks:
    """Makes each fork the first process of a namespace of its own."""

    def __init__(self):
        self.own = os.pidfd_open(os.getpid())
        self.program = filter_program()

    def fork(self):
        """Fork as `os.fork` does; the child's processes end with it."""
        call("leave the last fork's processes", libc.setns, self.own, CLONE_NEWPID)
        unshare(CLONE_NEWPID)
        child = os.fork()
        if child == 0:
            os.close(self.own)
        return child

    def shut_in(self, setup):
        """Shut a fork in, behind all walls there are, and return its home."""
        end_with_parent()
        shut_in(setup["limits"]["files"], self.program)
        processes = setup["limits"]["processes"]
        resource.setrlimit(resource.RLIMIT_NPROC, (processes, processes))
        return os.path.join(HOME, "student")

    def tell(self, control, child):
        """Give the grader a handle to end the fork by; without one it has ended already."""
        try:
            handle = [os.pidfd_open(child)]
        except ProcessLookupError:
            handle = []
        socket.send_fds(control, [bytes(4)], handle)
        for number in handle:
            os.close(number)


def shut_in(files, program):
    """Shut a fork in: namespaces, a home of so many bytes, Landlock, no capabilities, a filter of calls."""
    unshare(APART)
    map_user((STUDENT, STUDENT), STUDENT)
    mount("", "/", "", MS_REC | MS_PRIVATE)
    mount("tmpfs", HOME, "tmpfs", MS_NOSUID | MS_NODEV, f"size={files},nr_inodes=4096,mode=700")
    mount("tmpfs", "/proc", "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4k,mode=755")
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    landlock()
    drop_capabilities()
    filter_calls(program)


EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
DEVICES = 1 << 6 | 1 << 11  # to make a character or a block device
READ = EXECUTE | READ_FILE | READ_DIR
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE


def landlock():
    """Let files be read everywhere and written in the home; no TCP, no way to processes outside."""
    version = system("Landlock", LANDLOCK_CREATE, None, ctypes.c_size_t(0), 1)
    files = (1 << (13 if version < 2 else 14 if version < 3 else 15)) - 1
    network, scope = (3 if version >= 4 else 0), (3 if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = struct.pack("QQQ", files, network, scope)
    ruleset = system("Landlock", LANDLOCK_CREATE, rules, ctypes.c_size_t(size), 0)
    for path, rights in (("/", READ), (HOME, files & ~DEVICES), ("/dev/null", READ | WRITE_FILE)):
        allow(ruleset, path, rights)
    system("Landlock", LANDLOCK_RESTRICT, ruleset, 0)
    os.close(ruleset)


def allow(ruleset, path, rights):
    """Allow these rights below a path; of a file only those that a file has."""
    beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rights &= rights if os.path.isdir(path) else OF_A_FILE
    rule = struct.pack("=Qi", rights, beneath)
    system("Landlock", LANDLOCK_ADD, ruleset, 1, rule, 0)
    os.close(beneath)


def drop_capabilities():
    header, none = struct.pack("II", CAPABILITIES, 0), bytes(24)
    system("drop capabilities", CAPSET, header, none)


def filter_calls(program):
    buffer = ctypes.create_string_buffer(program, len(program))
    sock_fprog = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    arguments = ctypes.c_ulong(SECCOMP_MODE_FILTER), sock_fprog, 0, 0
    call("seccomp", libc.prctl, PR_SET_SECCOMP, *arguments)
