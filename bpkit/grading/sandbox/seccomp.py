"""Which system calls a submission may make: a seccomp filter for x86-64 and arm64."""

import platform
import struct

# name, number on x86-64, number on arm64 (- where it has none), from the kernel's unistd.h
CALLS = """
read 0 63; write 1 64; close 3 57; fstat 5 80; lseek 8 62; mmap 9 222; mprotect 10 226; munmap 11 215; brk
12 214; rt_sigaction 13 134; rt_sigprocmask 14 135; rt_sigreturn 15 139; pread64 17 67; pwrite64 18 68;
readv 19 65; writev 20 66; preadv 295 69; pwritev 296 70; sched_yield 24 124; mremap 25 216; msync 26 227;
mincore 27 232; madvise 28 233; dup 32 23; dup2 33 -; dup3 292 24; pause 34 -; nanosleep 35 101;
clock_nanosleep 230 115; getitimer 36 102; setitimer 38 103; alarm 37 -; getpid 39 172; getppid 110 173;
gettid 186 178; getpgrp 111 -; getpgid 121 155; setpgid 109 154; getsid 124 156; setsid 112 157; sendfile
40 71; copy_file_range 326 285; connect 42 203; accept 43 202; accept4 288 242; sendto 44 206; recvfrom 45
207; sendmsg 46 211; recvmsg 47 212; shutdown 48 210; bind 49 200; listen 50 201; getsockname 51 204;
getpeername 52 205; setsockopt 54 208; getsockopt 55 209; fork 57 -; vfork 58 -; execve 59 221; exit 60
93; exit_group 231 94; wait4 61 260; waitid 247 95; kill 62 129; tkill 200 130; tgkill 234 131; uname 63
160; fcntl 72 25; flock 73 32; fsync 74 82; fdatasync 75 83; truncate 76 45; ftruncate 77 46; getdents64
217 61; getcwd 79 17; chdir 80 49; fchdir 81 50; rename 82 -; renameat 264 38; renameat2 316 276; mkdir 83
-; mkdirat 258 34; rmdir 84 -; creat 85 -; link 86 -; linkat 265 37; unlink 87 -; unlinkat 263 35; symlink
88 -; symlinkat 266 36; readlink 89 -; readlinkat 267 78; chmod 90 -; fchmod 91 52; fchmodat 268 53; chown
92 -; fchown 93 55; lchown 94 -; fchownat 260 54; umask 95 166; open 2 -; openat 257 56; access 21 -;
faccessat 269 48; faccessat2 439 439; stat 4 -; lstat 6 -; newfstatat 262 79; statx 332 291; statfs 137
43; fstatfs 138 44; utime 132 -; utimes 235 -; utimensat 280 88; futimesat 261 -; pipe 22 -; pipe2 293 59;
poll 7 -; ppoll 271 73; select 23 -; pselect6 270 72; epoll_create 213 -; epoll_create1 291 20; epoll_ctl
233 21; epoll_wait 232 -; epoll_pwait 281 22; epoll_pwait2 441 441; eventfd 284 -; eventfd2 290 19;
signalfd4 289 74; timerfd_create 283 85; timerfd_settime 286 86; timerfd_gettime 287 87; inotify_init1 294
26; inotify_add_watch 254 27; inotify_rm_watch 255 28; gettimeofday 96 169; time 201 -; clock_gettime 228
113; clock_getres 229 114; getrlimit 97 163; setrlimit 160 164; prlimit64 302 261; getrusage 98 165; times
100 153; sysinfo 99 179; getuid 102 174; geteuid 107 175; getgid 104 176; getegid 108 177; getresuid 118
148; getresgid 120 150; getgroups 115 158; sigaltstack 131 132; rt_sigpending 127 136; rt_sigtimedwait 128
137; rt_sigsuspend 130 133; rt_sigqueueinfo 129 138; arch_prctl 158 -; set_tid_address 218 96;
set_robust_list 273 99; get_robust_list 274 100; futex 202 98; rseq 334 293; membarrier 324 283;
restart_syscall 219 128; sched_getaffinity 204 123; sched_setaffinity 203 122; sched_getparam 143 121;
sched_getscheduler 145 120; sched_get_priority_max 146 125; sched_get_priority_min 147 126; getpriority
140 141; getcpu 309 168; getrandom 318 278; fadvise64 221 223; fallocate 285 47; close_range 436 436;
timer_create 222 107; timer_settime 223 110; timer_gettime 224 108; timer_delete 226 111; timer_getoverrun
225 109; mlock 149 228; munlock 150 229; pidfd_open 434 434; pidfd_send_signal 424 424
"""
ARGUMENTS = {  # of these calls one argument is looked at: (numbers), which one, mask, values that may pass
    "clone": ((56, 220), 0, 0x7E020080, (0,)),  # none of the flags that make a namespace
    "socket": ((41, 198), 0, 0xFFFFFFFF, (1,)),  # AF_UNIX alone
    "socketpair": ((53, 199), 0, 0xFFFFFFFF, (1,)),
    "ioctl": ((16, 29), 1, 0xFFFFFFFF, (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)),  # sizes, blocking
    "prctl": ((157, 167), 0, 0xFFFFFFFF, (1, 2, 3, 15, 16)),  # names, and the signal at the parent's end
}
ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1), "arm64": (0xC00000B7, 1)}
X32 = 0x40000000  # numbers from here on are those of a second interface of x86-64

LOAD, EQUAL, AT_LEAST, AND, RETURN = 0x20, 0x15, 0x35, 0x54, 0x06  # BPF operations
KILL, ALLOW, ERROR = 0x80000000, 0x7FFF0000, 0x00050000
EPERM, ENOSYS = 1, 38
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data


def filter_program(machine=None):
    """Return the filter as the bytes of a BPF program.

    A call that is not listed fails as one that the kernel does not have, so that libraries fall
    back on what it has; a call of another architecture ends the process.

    Parameters
    ----------
    machine : str, optional
        As `platform.machine` names it.

    Raises
    ------
    ValueError
        If there is no filter for this machine.

    Examples
    --------
    >>> len(filter_program("x86_64")) % 8
    0
    """
    machine = machine or platform.machine()
    if machine not in ARCHITECTURES:
        raise ValueError(f"There is a filter for x86-64 and arm64, and this machine is a {machine}.")
    audit, column = ARCHITECTURES[machine]
    program = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, audit),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 0, 1, X32),
        (RETURN, 0, 0, ERROR | ENOSYS),
    ]
    for both, argument, mask, values in ARGUMENTS.values():
        check = checked(argument, mask, values)
        program += [(EQUAL, 0, len(check), both[column]), *check]
    program += search(ranges(numbers(column)))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in program)


def search(some):
    """Return the instructions that let the calls in some ranges pass, and find them by halves.

    The kernel runs the filter for every call there is when it takes it on, so a short way saves time.
    """
    if len(some) == 1:
        ((first, last),) = some
        outside = RETURN, 0, 0, ERROR | ENOSYS
        return [(AT_LEAST, 0, 2, first), (AT_LEAST, 1, 0, last + 1), (RETURN, 0, 0, ALLOW), outside]
    half = len(some) // 2
    lower, upper = search(some[:half]), search(some[half:])
    return [(AT_LEAST, len(lower), 0, some[half][0]), *lower, *upper]


def numbers(column):
    """List the numbers of the calls that may be made whatever their arguments."""
    rows = [row.split() for row in CALLS.replace("\n", " ").split(";")]
    return [int(row[1 + column]) for row in rows if row[1 + column] != "-"]


def ranges(some):
    """Return numbers as (first, last) of those that follow one another, for a shorter program.

    >>> ranges([3, 1, 2, 7])
    [(1, 3), (7, 7)]
    """
    some = sorted(some)
    firsts = [n for n in some if n - 1 not in some]
    lasts = [n for n in some if n + 1 not in some]
    return list(zip(firsts, lasts, strict=True))


def checked(argument, mask, values):
    """Return the instructions that let a call pass if an argument, masked, is one of the values."""
    tests = [step for value in values for step in ((EQUAL, 0, 1, value), (RETURN, 0, 0, ALLOW))]
    load = (LOAD, 0, 0, FIRST_ARGUMENT + 8 * argument)
    return [load, (AND, 0, 0, mask), *tests, (RETURN, 0, 0, ERROR | EPERM)]
