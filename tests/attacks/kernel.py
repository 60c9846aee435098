"""Attacks through the kernel: system calls by which a process gets more than it was given."""

from functools import partial

from attacks.attack import LEFT, TOLD, Attack

kernel = partial(Attack, family="kernel-level tries", seen=TOLD)

CALL = """
import ctypes, platform
libc = ctypes.CDLL(None, use_errno=True)

def call(x86, arm, *arguments):
    # Make a system call by its number, and tell if it was granted.
    number = x86 if platform.machine() == "x86_64" else arm
    result = libc.syscall(ctypes.c_long(number), *arguments)
    if result >= 0:
        granted()
    return result
"""
NAMESPACES = """
for flag in (0x10000000, 0x20000, 0x10020000, 0x40000000, 0x50000000, 0x20000000, 0x08000000, 0x80):
    call(272, 97, ctypes.c_ulong(flag))
arguments = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)
if call(435, 435, arguments, ctypes.sizeof(arguments)) == 0:
    os._exit(0)
"""
MOUNTS = """
call(165, 40, b"tmpfs", b".", b"tmpfs", ctypes.c_ulong(0), None)
call(165, 40, None, b"/", None, ctypes.c_ulong(0x1020), None)
call(165, 40, b"proc", b".", b"proc", ctypes.c_ulong(0), None)
call(430, 430, b"tmpfs", 0)
call(428, 428, -100, b"/", 1)
"""
ENTERS = """
import glob
for path in glob.glob("/proc/[0-9]*/ns/*"):
    if os.readlink(path) != os.readlink("/proc/self/ns/" + os.path.basename(path)):
        call(308, 268, os.open(path, os.O_RDONLY), 0)
if os.getppid() > 0:
    call(308, 268, os.pidfd_open(os.getppid()), 0x20000)
    call(438, 438, os.pidfd_open(os.getppid()), 0, 0)
"""
KEYS = """
call(248, 217, b"user", b"MARK", b"x", ctypes.c_size_t(1), -4)
call(250, 219, 0, -4, 1)
call(250, 219, 1, b"MARK")
"""
RAISED = """
import resource
for kind in (resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_CPU):
    soft, hard = resource.getrlimit(kind)
    try:
        if hard != resource.RLIM_INFINITY:
            resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            granted()
    except (OSError, ValueError):
        pass
for change in (lambda: os.setuid(0), lambda: os.setgroups([0]), lambda: os.nice(-5)):
    try:
        change()
        granted()
    except OSError:
        pass
"""
TERMINAL = """
import fcntl, glob
paths = ("/dev/stdin", "/dev/stdout", "/dev/tty", "/dev/console", *glob.glob("/dev/pts/*"))
for path in paths:
    try:
        terminal = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
        for byte in b"\\n":
            fcntl.ioctl(terminal, 0x5412, bytes([byte]))
        granted()
    except OSError:
        pass
"""
DEVICES = """
import stat
for path in ("/dev/mem", "/dev/kmsg", "/dev/kvm", "/dev/fuse", "/dev/net/tun",
             "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/kernel/hostname",
             "/sys/fs/cgroup/cgroup.procs", "/sys/kernel/uevent_helper"):
    try:
        os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))
        granted()
    except OSError:
        pass
try:
    os.mknod("device", 0o666 | stat.S_IFBLK, os.makedev(8, 0))
    granted()
except OSError:
    pass
"""
OLD_INTERFACE = """
import mmap
if platform.machine() == "x86_64":
    page = mmap.mmap(-1, 4096, prot=7)  # mov eax, 310 (unshare); mov ebx, CLONE_NEWUSER; int 0x80; ret
    page.write(bytes.fromhex("53 b8 36 01 00 00 bb 00 00 00 10 cd 80 5b c3"))
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    if ctypes.CFUNCTYPE(ctypes.c_int)(address)() >= 0:
        granted()
    call(0x40000000 + 272, 97, ctypes.c_ulong(0x10000000))
"""
RING = """
parameters = ctypes.create_string_buffer(120)
call(425, 425, 8, parameters)
call(447, 447, 0)
"""
TRIES = {
    "new namespaces": ("It takes namespaces of its own, in which it is root.", NAMESPACES),
    "mounts": ("It mounts what it likes: memory, processes, the root again, this time to write.", MOUNTS),
    "enters others": ("It enters the namespaces of another process, or takes its descriptors.", ENTERS),
    "io_uring": ("A ring of requests makes the system calls that it may not make itself.", RING),
    "userfaultfd": ("It answers page faults of the kernel, and holds it up as long as it likes.",
                    "call(323, 282, 0)\ncall(323, 282, 1)"),
    "bpf": ("It loads a program into the kernel.",
            "array = (ctypes.c_uint32 * 32)(2, 4, 4, 1)\ncall(321, 280, 0, array, 128)"),
    "perf events": ("It watches, through the processor's counters, what others do.",
                    "event = (ctypes.c_uint32 * 32)(1, 128)\n"
                    "for pid in (0, -1, os.getppid()):\n    call(298, 241, event, pid, 0, -1, 0)"),
    "chroot": ("It changes its root, and climbs out of it.",
               "call(161, 51, b'.')\nhandle = ctypes.create_string_buffer(200)\n"
               "call(304, 265, 3, handle, 0)"),
    "raises its limits": ("It lifts its limits, or becomes root.", RAISED),
    "types on a terminal": ("It types a command on the instructor's terminal.", TERMINAL),
    "devices": ("It opens the devices and switches of the machine for writing, or makes one.", DEVICES),
    "older interfaces": ("It makes its calls through the interfaces of other processors.", OLD_INTERFACE),
}  # fmt: skip
ATTACKS = [
    *(kernel(name=name, gain=gain, source=CALL + source) for name, (gain, source) in TRIES.items()),
    kernel(
        name="keys",
        gain="It leaves a key in the ring that all processes of a user share.",
        seen=LEFT,
        source=CALL + KEYS,
    ),
]
