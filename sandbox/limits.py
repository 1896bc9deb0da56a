"""Every number that bounds a script, in one frozen object.

Sizes are bytes and times are seconds unless the name says otherwise. `sandbox/README.md` prints this table, and a test
holds the two together.
"""

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class Limits:
    """What a script may use. Every value can be set by the operator; the defaults are what the README promises."""

    # compiling
    source_bytes: int = 256 * KIB
    compile_seconds: float = 2.0
    compile_memory: int = 128 * MIB
    diagnostics: int = 100
    # one call
    cpu_seconds: float = 1.0
    wall_seconds: float = 3.0
    wall_seconds_extended: float = 10.0
    overall_seconds: float = 20.0
    memory: int = 128 * MIB
    result_bytes: int = 1 * MIB
    result_depth: int = 64
    result_nodes: int = 20_000
    log_bytes: int = 64 * KIB
    log_lines: int = 2_000
    traceback_lines: int = 50
    # a cell
    cell_calls_in_flight: int = 16
    cell_bytes_in_flight: int = 256 * KIB
    cell_recycle_calls: int = 10_000
    cell_growth: int = 8 * MIB
    # the pool
    cells: int = 100
    cells_memory_share: float = 0.25
    cells_per_integration: int = 4
    queue_per_integration: int = 64
    queue_total: int = 1_000
    wait_for_cell_seconds: float = 2.0
    # neighbours
    slow_lane_cpu_seconds: float = 0.020
    slow_cells_per_core: int = 4
