"""Values that scripts may have sent or checked and never see: kept encrypted, put in at the last moment.

`cipher.py` encrypts them, `vault.py` knows which an integration has, `filling.py` puts them into requests,
`signatures.py` checks signatures with them. What is taken out of everything shown is `engine.redaction`'s.
"""

from engine.secrets.cipher import Cipher
from engine.secrets.filling import SecretFiller, new_reference, references_in, without_references
from engine.secrets.secret import ANYONE, MAX_HOSTS, MAX_SECRETS, USES, Secret, SecretRules, checked_rules
from engine.secrets.signatures import ALGORITHMS, verify
from engine.secrets.vault import NOTHING, Known, Vault

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
