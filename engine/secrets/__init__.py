"""Values that scripts may have sent or checked and never see: kept encrypted, put in at the last moment.

`cipher.py` encrypts them, `vault.py` opens those that an integration has, `known.py` is what was opened, `filling.py`
puts them into requests, `signatures.py` checks signatures with them. What is taken out of everything shown is
`engine.redaction`'s.

What only a server needs is looked up on first use: an author's tools have no database, and start without one.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from engine.secrets.filling import SecretFiller, new_reference, references_in, without_references
from engine.secrets.known import NOTHING, Known
from engine.secrets.secret import ANYONE, MAX_HOSTS, MAX_SECRETS, USES, Secret, SecretRules, checked_rules
from engine.secrets.signatures import ALGORITHMS, verify

if TYPE_CHECKING:
    from engine.secrets.cipher import Cipher
    from engine.secrets.vault import Vault

_HOME = {"Cipher": "cipher", "Vault": "vault"}

__all__ = [
    "ALGORITHMS",
    "ANYONE",
    "MAX_HOSTS",
    "MAX_SECRETS",
    "NOTHING",
    "USES",
    "Cipher",
    "Known",
    "Secret",
    "SecretFiller",
    "SecretRules",
    "Vault",
    "checked_rules",
    "new_reference",
    "references_in",
    "verify",
    "without_references",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(f"engine.secrets.{_HOME[name]}"), name)
