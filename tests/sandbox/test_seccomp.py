"""The filter's program, interpreted as the kernel would, for both architectures; no call is made."""

import struct

import pytest

from sandbox import seccomp
from sandbox.seccomp import ALLOWED, AUDIT_ARCH, NUMBERS, REFUSED_SOFTLY, Instruction, encode, program

ALLOW, EPERM, KILL = seccomp.RET_ALLOW, seccomp.RET_ERRNO_EPERM, seccomp.RET_KILL_PROCESS
MACHINES = sorted(AUDIT_ARCH)
ELF_X86_64, ELF_AARCH64, ELF_I386, ELF_ARM = 0xC000003E, 0xC00000B7, 0x40000003, 0x40000028


def interpret(code: tuple[Instruction, ...], arch: int, number: int, arguments: tuple[int, ...] = ()) -> int:
    """What the kernel's BPF interpreter answers for one system call."""
    padded = [argument & 0xFFFFFFFFFFFFFFFF for argument in (*arguments, *[0] * 6)][:6]
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, arch, 0, *padded)
    accumulator = at = 0
    for _ in range(len(code)):
        instruction = code[at]
        at += 1
        match instruction.code:
            case seccomp.LD_W_ABS:
                assert instruction.k % 4 == 0 and instruction.k + 4 <= len(data)
                (accumulator,) = struct.unpack_from("<I", data, instruction.k)
            case seccomp.JMP_JEQ_K:
                at += instruction.jump_true if accumulator == instruction.k else instruction.jump_false
            case seccomp.JMP_JGE_K:
                at += instruction.jump_true if accumulator >= instruction.k else instruction.jump_false
            case seccomp.JMP_JSET_K:
                at += instruction.jump_true if accumulator & instruction.k else instruction.jump_false
            case seccomp.RET_K:
                return instruction.k
            case other:
                raise AssertionError(f"an instruction {other:#x} that the filter has no need of")
    raise AssertionError("the program runs over its end")


def answer(machine: str, name: str, *arguments: int) -> int:
    code = program(machine, readable=(3,), writable=(3, 4))
    return interpret(code, AUDIT_ARCH[machine], NUMBERS[machine][name], arguments)


def test_the_constants_are_the_kernels() -> None:
    assert AUDIT_ARCH == {"x86_64": ELF_X86_64, "aarch64": ELF_AARCH64}
    assert (seccomp.RET_ALLOW, seccomp.RET_KILL_PROCESS, seccomp.RET_ERRNO_EPERM) == (0x7FFF0000, 0x80000000, 0x50001)


@pytest.mark.parametrize("machine", MACHINES)
def test_what_computing_needs_is_allowed(machine: str) -> None:
    for name in ALLOWED:
        if name in NUMBERS[machine]:
            assert answer(machine, name, 0, 0, 0) == ALLOW, name


@pytest.mark.parametrize("machine", MACHINES)
def test_what_a_lazy_import_would_do_fails_softly(machine: str) -> None:
    for name in REFUSED_SOFTLY:
        if name in NUMBERS[machine]:
            assert answer(machine, name, 3, 0, 0) == EPERM, name


@pytest.mark.parametrize("machine", MACHINES)
def test_every_other_number_kills(machine: str) -> None:
    code = program(machine, readable=(3,), writable=(3, 4))
    known = set(NUMBERS[machine].values())
    for number in [*range(1024), *range(0x3FFFFF00, 0x40000400), 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]:
        if number not in known:
            assert interpret(code, AUDIT_ARCH[machine], number, (3, 3, 0)) == KILL, number


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("arch", [ELF_X86_64, ELF_AARCH64, ELF_I386, ELF_ARM, 0])
def test_a_call_of_another_architecture_kills_whatever_it_is(machine: str, arch: int) -> None:
    code = program(machine, readable=(3,), writable=(3, 4))
    if arch != AUDIT_ARCH[machine]:
        for number in range(512):
            assert interpret(code, arch, number, (3, 0, 0)) == KILL


def test_x32_calls_kill_although_their_architecture_is_right() -> None:
    code = program("x86_64", readable=(3,), writable=(3, 4))
    for number in NUMBERS["x86_64"].values():
        assert interpret(code, ELF_X86_64, number | seccomp.X32_BIT, (3, 0, 0)) == KILL


@pytest.mark.parametrize("machine", MACHINES)
def test_reading_and_writing_are_pinned_to_descriptors(machine: str) -> None:
    for name, pinned in (("read", {3}), ("preadv2", {3}), ("write", {3, 4})):
        numbers = [*range(-2, 64), 2**31, 2**32 - 1]
        assert {fd for fd in numbers if answer(machine, name, fd) == ALLOW} == pinned
    assert answer(machine, "write", 1) == KILL
    # a descriptor is an int in the kernel: what stands above does not count there either
    assert answer(machine, "read", (1 << 32) | 3) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
def test_without_clear_refs_its_number_is_not_writable(machine: str) -> None:
    code = program(machine, readable=(3,), writable=(3,))
    assert interpret(code, AUDIT_ARCH[machine], NUMBERS[machine]["write"], (4,)) == KILL


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("name", ["mmap", "mprotect"])
def test_no_memory_becomes_executable(machine: str, name: str) -> None:
    for protection in range(16):
        expected = KILL if protection & 4 else ALLOW
        assert answer(machine, name, 0, 4096, protection) == expected
    assert answer(machine, name, 0, 4096, 0x01000004) == KILL


@pytest.mark.parametrize("machine", MACHINES)
def test_only_ones_own_clocks_can_be_read(machine: str) -> None:
    for clock in range(12):
        assert answer(machine, "clock_gettime", clock) == ALLOW
    for pid in (1, 77, 32768, 4194303):
        assert answer(machine, "clock_gettime", (~pid << 3) | 2) == EPERM
        assert answer(machine, "clock_gettime", (~pid << 3) | 6) == EPERM


@pytest.mark.parametrize("machine", MACHINES)
def test_memory_is_never_offered_for_sharing(machine: str) -> None:
    allowed = {advice for advice in range(128) if answer(machine, "madvise", 0, 4096, advice) == ALLOW}
    assert allowed == {4, 8, 14, 15}


@pytest.mark.parametrize("machine", MACHINES)
def test_the_program_is_one_the_kernel_takes(machine: str) -> None:
    code = program(machine, readable=(3,), writable=(3, 4))
    assert len(code) <= 4096 and len(encode(code)) == 8 * len(code)
    for at, instruction in enumerate(code):
        assert 0 <= instruction.jump_true <= 255 and 0 <= instruction.jump_false <= 255
        if instruction.code != seccomp.RET_K:
            assert at + 1 + max(instruction.jump_true, instruction.jump_false) < len(code)
    assert code[-1] == Instruction(seccomp.RET_K, KILL)


def test_the_names_of_this_machine_have_their_real_numbers() -> None:
    # A few that every architecture numbers differently, against the kernel's own tables.
    assert (NUMBERS["x86_64"]["exit_group"], NUMBERS["aarch64"]["exit_group"]) == (231, 94)
    assert (NUMBERS["x86_64"]["mmap"], NUMBERS["aarch64"]["mmap"]) == (9, 222)
    assert (NUMBERS["x86_64"]["getrandom"], NUMBERS["aarch64"]["getrandom"]) == (318, 278)
    for forbidden in ("socket", "connect", "clone", "fork", "execve", "kill", "ptrace", "prlimit64", "rt_sigaction"):
        assert all(forbidden not in numbers for numbers in NUMBERS.values())
