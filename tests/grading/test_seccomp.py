"""The filter of system calls: run on every call there is, as the kernel would, for both machines."""

import re
import struct
from pathlib import Path

import pytest

from bpkit.grading.sandbox import seccomp
from bpkit.grading.sandbox.seccomp import filter_program

MACHINES = ("x86_64", "aarch64")
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # linux/audit.h
HEADERS = {
    "x86_64": ("x86_64-linux-gnu/asm/unistd_64.h", "asm/unistd_64.h"),
    "aarch64": ("asm-generic/unistd.h",),
}
PASSES, NO_SUCH_CALL, NOT_ALLOWED, KILLED = 0x7FFF0000, 0x00050000 | 38, 0x00050000 | 1, 0x80000000
LAST = 470  # a little more than Linux has

# what gives power over the kernel, over other processes, or over what a process sees
DANGEROUS = """
ptrace 101 117; process_vm_readv 310 270; process_vm_writev 311 271; kcmp 312 272; pidfd_getfd 438 438
process_madvise 440 440; io_uring_setup 425 425; io_uring_enter 426 426; io_uring_register 427 427
userfaultfd 323 282; bpf 321 280; perf_event_open 298 241; seccomp 317 277; keyctl 250 219; add_key 248 217
request_key 249 218; mount 165 40; umount2 166 39; unshare 272 97; setns 308 268; pivot_root 155 41
chroot 161 51; open_tree 428 428; move_mount 429 429; fsopen 430 430; fsconfig 431 431; fsmount 432 432
fspick 433 433; mount_setattr 442 442; clone3 435 435; memfd_create 319 279; memfd_secret 447 447
execveat 322 281; name_to_handle_at 303 264; open_by_handle_at 304 265; kexec_load 246 104
kexec_file_load 320 294; init_module 175 105; finit_module 313 273; delete_module 176 106; reboot 169 142
swapon 167 224; swapoff 168 225; acct 163 89; quotactl 179 60; syslog 103 116; personality 135 92
setuid 105 146; setgid 106 144; setreuid 113 145; setregid 114 143; setresuid 117 147; setresgid 119 149
setgroups 116 159; setfsuid 122 151; capset 126 91; mknodat 259 33; settimeofday 164 170
clock_settime 227 112; clock_adjtime 305 266; adjtimex 159 171; sethostname 170 161; setdomainname 171 162
fanotify_init 300 262; fanotify_mark 301 263; shmget 29 194; shmat 30 196; semget 64 190; msgget 68 186
mq_open 240 180; vmsplice 278 75; splice 275 76; tee 276 77; move_pages 279 239; migrate_pages 256 238
mbind 237 235; set_mempolicy 238 237; setpriority 141 140; sched_setscheduler 144 119; sched_setattr 314 274
ioprio_set 251 30; vhangup 153 58; remap_file_pages 216 234; landlock_create_ruleset 444 444; sendmmsg 307 269
recvmmsg 299 243; process_mrelease 448 448; io_setup 206 0; io_submit 209 2
"""
OF_X86 = {"iopl": 172, "ioperm": 173, "modify_ldt": 154, "mknod": 133, "uselib": 134, "_sysctl": 156}
NEEDED = """
read write close mmap munmap mprotect brk futex rt_sigaction rt_sigreturn openat newfstatat statx lseek
pread64 getdents64 execve wait4 exit exit_group getrandom clock_gettime nanosleep clock_nanosleep sched_yield
getpid gettid set_robust_list rseq pipe2 dup3 sendto recvfrom sendmsg recvmsg ppoll epoll_create1 madvise
prlimit64 getrusage sched_getaffinity unlinkat mkdirat renameat2 ftruncate fcntl ioctl
"""


def table(text):
    """Return {name: {machine: number}} of rows that give both numbers."""
    rows = [row.split() for row in re.split(r"[;\n]+", text.strip())]
    return {name: {"x86_64": int(first), "aarch64": int(second)} for name, first, second in rows}


def listed(machine):
    """Return {name: number} of the calls on the filter's own list."""
    rows = [row.split() for row in seccomp.CALLS.split(";")]
    column = 1 + MACHINES.index(machine)
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}


def restricted(machine):
    """Return {name: number} of the calls of which one argument is looked at."""
    return {name: rule[0][MACHINES.index(machine)] for name, rule in seccomp.ARGUMENTS.items()}


def run(program, number, *arguments, audit):
    """Return what a filter answers, as the kernel computes it on struct seccomp_data."""
    arguments = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, audit, 0, *arguments)
    steps, at, register = list(struct.iter_unpack("=HBBI", program)), 0, 0
    while True:
        code, if_true, if_false, constant = steps[at]
        at += 1
        match code:
            case 0x20:  # load the word at an offset
                (register,) = struct.unpack_from("<I", data, constant)
            case 0x54:  # and
                register &= constant
            case 0x15:  # jump if equal
                at += if_true if register == constant else if_false
            case 0x35:  # jump if at least
                at += if_true if register >= constant else if_false
            case 0x06:  # return
                return constant
            case _:
                raise AssertionError(f"The filter has an operation that it should not need: {code:#x}.")


@pytest.fixture(params=MACHINES)
def machine(request):
    return request.param


@pytest.fixture
def answer(machine):
    """Return what the filter of a machine answers to a call."""
    program = filter_program(machine)
    return lambda number, *arguments, audit=AUDIT[machine]: run(program, number, *arguments, audit=audit)


def header_numbers(machine):
    """Return {name: number} of the kernel's header for a machine."""
    paths = [Path("/usr/include", path) for path in HEADERS[machine]]
    texts = [path.read_text() for path in paths if path.exists()]
    if not texts:
        pytest.skip(f"The kernel's header {paths[0].name} is not installed.")
    rows = dict(re.findall(r"^#define (__NR\w+)\s+(\w+)$", texts[0], re.MULTILINE))
    numbers = {name: rows.get(value, value) for name, value in rows.items() if name != "__NR_syscalls"}
    return {re.sub("^__NR(3264)?_", "", name): int(n) for name, n in numbers.items() if n.isdigit()}


def test_listed_calls_pass_and_no_others(machine, answer):
    passing = {number for number in range(LAST + 1) if answer(number) == PASSES}
    asked = restricted(machine)

    assert passing - set(asked.values()) == set(listed(machine).values())
    others = set(range(LAST + 1)) - set(listed(machine).values()) - set(asked.values())
    assert {answer(number) for number in others} == {NO_SUCH_CALL}


def test_no_call_is_listed_twice(machine):
    numbers = [*listed(machine).values(), *restricted(machine).values()]

    assert len(numbers) == len(set(numbers))


def test_a_call_that_is_added_to_the_list_passes(machine, monkeypatch):
    monkeypatch.setattr(seccomp, "CALLS", seccomp.CALLS + "; ptrace 101 117")
    number = table(DANGEROUS)["ptrace"][machine]

    assert run(filter_program(machine), number, audit=AUDIT[machine]) == PASSES


@pytest.mark.parametrize("name", table(DANGEROUS))
def test_dangerous_calls_do_not_pass(name, machine, answer):
    number = table(DANGEROUS)[name][machine]

    assert {answer(number, *[first] * 6) for first in (0, 1, 2**32 - 1)} == {NO_SUCH_CALL}
    assert name not in listed(machine)


def test_dangerous_calls_of_the_pc_do_not_pass():
    program = filter_program("x86_64")

    assert {run(program, n, audit=AUDIT["x86_64"]) for n in OF_X86.values()} == {NO_SUCH_CALL}


@pytest.mark.parametrize("number", [-1, -2, 2**31, 2**30, 2**30 + 1, 2**30 + 101, 2**30 + 512, 2**30 + 547])
def test_numbers_of_another_interface_do_not_pass(number, answer):
    assert answer(number) == NO_SUCH_CALL


@pytest.mark.parametrize("audit", [0x40000003, 0x40000028, 0xC00000F3, 0, 0xFFFFFFFF, "the other"])
def test_calls_of_another_machine_end_the_process(audit, machine, answer):
    (other,) = set(AUDIT.values()) - {AUDIT[machine]}
    audit = other if audit == "the other" else audit

    assert {answer(number, audit=audit) for number in range(LAST)} == {KILLED}


CLONE = {"thread": 0x3D0F00, "fork": 0x1200011, "vfork": 0x4111}
NAMESPACES = {"mount": 0x20000, "cgroup": 0x02000000, "uts": 0x04000000, "ipc": 0x08000000}
NAMESPACES |= {"user": 0x10000000, "pid": 0x20000000, "net": 0x40000000}


@pytest.mark.parametrize("kind", CLONE)
def test_threads_and_processes_can_be_started(kind, machine, answer):
    assert answer(restricted(machine)["clone"], CLONE[kind]) == PASSES


@pytest.mark.parametrize("namespace", NAMESPACES)
@pytest.mark.parametrize("rest", [0, *CLONE.values(), 2**40], ids=["alone", *CLONE, "with a high bit"])
def test_clone_makes_no_namespace(namespace, rest, machine, answer):
    assert answer(restricted(machine)["clone"], NAMESPACES[namespace] | rest) == NOT_ALLOWED


@pytest.mark.parametrize("call", ["socket", "socketpair"])
def test_sockets_are_of_the_unix_family_alone(call, machine, answer):
    number = restricted(machine)[call]
    families = {family for family in range(64) if answer(number, family, 1, 0) == PASSES}

    assert families == {1}
    assert answer(number, 2**32 + 2) == answer(number, 2**32 - 1) == NOT_ALLOWED


@pytest.mark.parametrize(
    "request_", [0x5412, 0x541C, 0x5423, 0x540E, 0x5410, 0x8933, 0x8914, 0xB701, 0x1000005412, 0]
)
def test_ioctl_puts_nothing_into_terminals_and_devices(request_, machine, answer):
    assert answer(restricted(machine)["ioctl"], 0, request_) == NOT_ALLOWED


def test_ioctl_tells_sizes_and_sets_blocking(machine, answer):
    asked = [0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451]  # TCGETS to FIOCLEX, asm-generic/ioctls.h

    assert {answer(restricted(machine)["ioctl"], 0, request) for request in asked} == {PASSES}


def test_prctl_takes_names_and_the_signal_at_the_parents_end_alone(machine, answer):
    options = {option for option in range(100) if answer(restricted(machine)["prctl"], option) == PASSES}

    assert options == {1, 2, 3, 15, 16}
    for dangerous in (0x59616D61, 0x53564D41, 2**32 + 22):  # PR_SET_PTRACER, PR_SET_VMA, seccomp
        assert answer(restricted(machine)["prctl"], dangerous) == NOT_ALLOWED


def test_numbers_are_those_of_the_kernels_headers(machine):
    known = header_numbers(machine)
    ours = listed(machine) | restricted(machine)
    ours |= {name: numbers[machine] for name, numbers in table(DANGEROUS).items()}

    newest = max(number for number in known.values() if number < 1000)

    assert {name: n for name, n in ours.items() if known.get(name) != n and n <= newest} == {}


def test_calls_without_a_number_have_none_in_the_kernels_header(machine):
    known = header_numbers(machine)
    without = {row.split()[0] for row in seccomp.CALLS.split(";")} - set(listed(machine))
    old = {name for name in known if known[name] > 1000}  # of no machine that is in use

    assert without & set(known) - old == set()


@pytest.mark.parametrize("name", NEEDED.split())
def test_what_python_needs_passes(name, machine, answer):
    number = (listed(machine) | restricted(machine))[name]

    assert answer(number, 0, 0x5401 if name == "ioctl" else 0) == PASSES


def test_a_program_is_short_enough_for_the_kernel(machine):
    assert len(filter_program(machine)) // 8 <= 4096  # BPF_MAXINSNS


def test_arm64_goes_by_both_of_its_names():
    assert filter_program("arm64") == filter_program("aarch64") != filter_program("x86_64")


@pytest.mark.parametrize("name", ["riscv64", "i686", "ppc64le", "AMD64"])
def test_other_machines_are_refused_in_a_sentence(name):
    with pytest.raises(ValueError, match=f"filter for x86-64 and arm64, and this machine is a {name}"):
        filter_program(name)
