"""Every number that bounds the store, in one frozen object. Times are seconds, sizes bytes."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoreLimits:
    # one commit
    group_operations: int = 64
    group_seconds: float = 0.020
    # transactions at once, where the database takes several
    writers: int = 8
    transaction_tries: int = 8
    # of a statement, of a wait for a row, of a process that stopped inside a transaction, of all of it
    statement_seconds: float = 5.0
    lock_seconds: float = 3.0
    idle_seconds: float = 5.0
    transaction_seconds: float = 15.0
    # waiting to be written
    queue_operations: int = 2_000
    queue_bytes: int = 32 * MIB
    queue_seconds: float = 5.0
    free_disk: int = 256 * MIB
    # reading
    readers: int = 4
    read_seconds: float = 1.0
    reads_waiting: int = 1_000
    reads_waiting_seconds: float = 5.0
    # how long SQLite itself waits for another process's lock before it says so
    busy_seconds: float = 1.0
    # house-keeping, in the writer's thread when nothing waits
    tidy_every_seconds: float = 3_600.0
    tidy_pages: int = 2_000
