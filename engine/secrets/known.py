"""What is known of an integration's secrets: at one time, wherever they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.redaction import NO_SECRETS, Scrubber
from engine.secrets.secret import Secret


@dataclass(frozen=True, slots=True)
class Known:
    """What one integration has; `scrubber` takes all its values out of what is shown."""

    secrets: Mapping[str, Secret]
    scrubber: Scrubber

    def after(self, before: "Known") -> "Known":
        """With what was known before taken out as well."""
        return Known(self.secrets, Scrubber(self.scrubber.secrets | before.scrubber.secrets))


NOTHING = Known({}, NO_SECRETS)
