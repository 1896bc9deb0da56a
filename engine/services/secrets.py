"""secrets: references to values, and signatures checked with them. A value itself is never answered."""

import base64
import binascii
from collections.abc import Mapping

from engine.model.json import JsonObject, JsonValue
from engine.redaction import REFERENCE
from engine.scripts import ServiceError
from engine.secrets import ALGORITHMS, Secret, SecretFiller, new_reference, verify
from engine.services.arguments import Arguments, wrong_type, wrong_value
from engine.services.http import MAX_BYTES
from engine.threads import off_loop

MAX_BODY = 6 * 1024 * 1024
MAX_REFERENCES = 100


class SecretService:
    """Of one run: references live as long as it does, or as long as a delivery whose request has them."""

    def __init__(self, secrets: Mapping[str, Secret]) -> None:
        self.secrets = secrets
        self._body = bytearray()
        self.references: dict[str, str] = {}
        self.used: set[str] = set()

    @property
    def filler(self) -> SecretFiller:
        return SecretFiller(self.references, self.secrets, MAX_BYTES)

    async def ask(self, verb: str, values: JsonObject) -> JsonValue:
        arguments = Arguments(f"secrets.{verb}", values)
        match verb:
            case "ref":
                return self._reference(arguments.text("name"))
            case "feed":
                self._feed(arguments.text("part"))
                return None
            case "verify_hmac":
                return await self._verify(arguments)
            case _:
                raise wrong_value(f"there is no secrets.{verb[:40]}")

    def _reference(self, name: str) -> str:
        secret = self._secret(name)
        if set(secret.rules.uses) == {"verify"}:
            raise _refused(f"the secret {name} may be sent nowhere; name the hosts it is for")
        for reference, of in self.references.items():
            if of == name:
                return reference
        if len(self.references) >= MAX_REFERENCES:
            raise wrong_value(f"secrets.ref(): a run has at most {MAX_REFERENCES} references")
        reference = new_reference()
        assert REFERENCE.fullmatch(reference)
        self.references[reference] = name
        return reference

    def _feed(self, part: str) -> None:
        try:
            data = base64.b64decode(part, validate=True)
        except (binascii.Error, ValueError):
            raise wrong_type("secrets.verify_hmac(): the body is text or bytes") from None
        if len(self._body) + len(data) > MAX_BODY:
            self._body.clear()
            raise wrong_value(f"secrets.verify_hmac(): at most {MAX_BODY:,} bytes are looked at")
        self._body += data

    async def _verify(self, arguments: Arguments) -> bool:
        self._feed(arguments.text("part"))
        body = bytes(self._body)
        self._body.clear()
        name, algorithm = arguments.text("name"), arguments.text("algorithm").lower()
        secret = self._secret(name)
        if "verify" not in secret.rules.uses:
            raise _refused(f"the secret {name} may not be used to verify; to allow it, add verify to its uses")
        if algorithm not in ALGORITHMS:
            raise wrong_value(f"secrets.verify_hmac(): the algorithm is one of {', '.join(ALGORITHMS)}")
        assert secret.value is not None
        return await off_loop(len(body), verify, secret.value, body, arguments.text("signature"), algorithm)

    def _secret(self, name: str) -> Secret:
        secret = self.secrets.get(name)
        if secret is None:
            known = ", ".join(sorted(self.secrets)) or "none"
            raise _refused(f"there is no secret {name[:80]!r} for this integration; there is {known}")
        if secret.value is None:
            raise _refused(secret.unreadable)
        self.used.add(name)
        return secret


def _refused(message: str) -> ServiceError:
    return ServiceError("secrets.Error", message)
