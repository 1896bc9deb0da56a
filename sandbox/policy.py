"""The digest of the policy: what decides which code a source becomes, and what that code may do.

Cheap to import: the server keys stored code by it and never loads the compiler.
"""

import hashlib
import importlib.metadata
import sys
from pathlib import Path
from typing import Final

_POLICY: Final = (
    "bindings.py",
    "compiler.py",
    "diagnostics.py",
    "guards.py",
    "hooks.py",
    "imports.py",
    "language.py",
    "library",
    "objections.py",
)


def policy_digest() -> str:
    """SHA-256, in hex, over the policy's files, RestrictedPython's version and the interpreter's."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for name in _POLICY:
        path = here / name
        for file in sorted(path.glob("*.py")) if path.is_dir() else [path]:
            digest.update(file.relative_to(here).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    restricted = importlib.metadata.version("RestrictedPython")
    digest.update(f"RestrictedPython {restricted} {sys.implementation.cache_tag}".encode())
    return digest.hexdigest()
