"""System calls that no answer needs, and the filter that refuses them (seccomp, classic BPF).

The filter closes what the walls of a box leave open: sockets of every family, memory that belongs
to no process, namespaces and mounts of one's own, the kernel's debugging doors, and signals, limits
and modes of other processes and files of the same user.

A program is a list of instructions ``(code, if true, if false, k)``; jumps count from the next one.
"""

import errno
import platform
import struct

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
X32 = 0x40000000

REFUSED = {  # numbers on x86-64 and on 64-bit ARM; None where a call does not exist
    # connections
    "socket": (41, 198), "io_uring_setup": (425, 425),
    # memory that outlives a process or is counted for none
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194),
    "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    # namespaces and mounts
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "fsopen": (430, 430),
    "open_tree": (428, 428),
    # the kernel's doors
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "syslog": (103, 116),
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438), "kcmp": (312, 272), "process_madvise": (440, 440),
    "move_pages": (279, 239), "migrate_pages": (256, 238),
    "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "pidfd_send_signal": (424, 424),
    "setpriority": (141, 140), "ioprio_set": (251, 30), "sched_setaffinity": (203, 122),
    "sched_setscheduler": (144, 119), "sched_setparam": (142, 118), "sched_setattr": (314, 274),
    # modes, owners, times and attributes of files
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "removexattrat": (466, 466), "file_setattr": (469, 469),
}  # fmt: skip
CLONE, CLONE3, PRLIMIT = (56, 220), (435, 435), (302, 261)
FCNTL, IOCTL = (72, 25), (16, 29)
NAMESPACES = 0x7E020000
OWNERS = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX: signals by way of a file
DEVICES = (0x8901, 0x8902, 0x5412, 0x541C, 0x40086602, 0x401C5820)  # the same, terminals, flags


def program(machine: str | None = None) -> bytes:
    """Write the filter for a machine.

    Args:
        machine: as `platform.machine` names it, by default this one.

    Returns:
        Instructions of eight bytes.

    Raises:
        ValueError: the numbers of the machine's system calls are not known.
    """
    machine = machine or platform.machine()
    if machine not in MACHINES:
        raise ValueError(f"Boxes need one of {', '.join(MACHINES)}; this machine is {machine}")
    architecture, column = MACHINES[machine]
    refuse = (RETURN, 0, 0, ERROR | errno.EPERM)
    code = [(LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, architecture), (RETURN, 0, 0, KILL)]
    code += [(LOAD, 0, 0, NUMBER), (AT_LEAST, 0, 1, X32), refuse]
    for number in filter(None, (numbers[column] for numbers in REFUSED.values())):
        code += [(EQUAL, 0, 1, number), refuse]
    code += [(EQUAL, 0, 1, CLONE3[column]), (RETURN, 0, 0, ERROR | errno.ENOSYS)]
    code += _when(CLONE[column], 0, [(ANY_BIT, 0, 1, NAMESPACES), refuse])
    code += _when(PRLIMIT[column], 0, [(EQUAL, 1, 0, 0), refuse])
    for call, values in ((FCNTL, OWNERS), (IOCTL, DEVICES)):
        tests = [line for value in values for line in [(EQUAL, 0, 1, value), refuse]]
        code += _when(call[column], 1, tests)
    code += [(RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("=HBBI", *line) for line in code)


def _when(call: int, argument: int, tests: list) -> list:
    """For one call, test the low half of an argument; what passes is allowed."""
    load = (LOAD, 0, 0, ARGUMENTS + 8 * argument)
    return [(EQUAL, 0, len(tests) + 2, call), load, *tests, (RETURN, 0, 0, ALLOW)]
