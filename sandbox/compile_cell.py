"""Inside a compile cell: one source in, code or diagnostics out, then it ends.

Whoever controls a compile cell controls the code it makes, so none serves two sources.
"""

import os
from dataclasses import asdict

import orjson

from sandbox import wire
from sandbox.compiler import Compiled, HookForm, compile_source
from sandbox.harden import SOCKET_FD
from sandbox.limits import Limits
from sandbox.rehearsal import FILENAME, HOOK, SCRIPT

READ_BYTES = 64 * 1024
WARM_COMPILATIONS = 12
OUT_OF_MEMORY = 1


class CompileRole:
    def warm(self) -> None:
        # The interpreter rewrites what runs often; what it has rewritten here, no child has to copy and rewrite.
        for _ in range(WARM_COMPILATIONS):
            self.rehearse()

    def prepare(self) -> None:
        pass

    def rehearse(self) -> None:
        meta = {"filename": FILENAME, "hooks": [[HOOK, [HOOK], 1]], "limits": {}}
        made = answer(wire.Frame(wire.COMPILE, 0, orjson.dumps(meta), SCRIPT.encode()), [])
        if b'"compiled"' not in made:
            raise RuntimeError(f"a rehearsal went wrong: {made!r}")

    def serve(self, layers: list[str], *, clear_refs: bool) -> None:
        decoder = wire.Decoder(max_meta=wire.MAX_META_DOWN, max_payload=wire.MAX_PAYLOAD_DOWN)
        while (frame := decoder.next()) is None:
            data = os.read(SOCKET_FD, READ_BYTES)
            if not data:
                return
            decoder.feed(data)
        try:
            view = memoryview(answer(frame, layers))
        except MemoryError:
            # by the source's doing, unlike whatever else ends a child
            os._exit(OUT_OF_MEMORY)
        while view:
            view = view[os.write(SOCKET_FD, view) :]


def answer(frame: wire.Frame, layers: list[str]) -> bytes:
    meta = orjson.loads(frame.meta)
    hooks = tuple(HookForm(name, tuple(names), arguments) for name, names, arguments in meta["hooks"])
    source = frame.payload.decode("utf-8", "surrogatepass")
    result = compile_source(source, filename=meta["filename"], hooks=hooks, limits=Limits(**meta["limits"]))
    if isinstance(result, Compiled):
        meta_out: dict[str, object] = {"outcome": "compiled", "hooks": result.hooks, "layers": layers}
        return wire.encode(wire.LAST_RESULT, frame.call, orjson.dumps(meta_out), result.code)
    diagnostics = [asdict(diagnostic) for diagnostic in result]
    meta_out = {"outcome": "rejected", "diagnostics": diagnostics, "layers": layers}
    return wire.encode(wire.LAST_RESULT, frame.call, orjson.dumps(meta_out))
