"""What logging in takes, and the shape of endpoints that take nothing."""

from engine.errors import InvalidParams
from engine.params import NullableName, NullableText, Params
from engine.workspace.passwords import digest_of


class Nothing(Params, extra="ignore"):
    pass


class LoginBody(Params, extra="ignore"):
    """`user` is a username, an email address, or an object with either."""

    user: object = None
    username: NullableName = None
    email: NullableName = None
    password: object = None
    resume: NullableText = None

    def names(self) -> tuple[str | None, str | None]:
        """The username and the email, one of which is given; raises InvalidParams."""
        user = self.user if isinstance(self.user, dict) else {}
        username, email = user.get("username") or self.username, user.get("email") or self.email
        if isinstance(self.user, str) and "@" in self.user:
            email = self.user
        elif isinstance(self.user, str):
            username = self.user
        if isinstance(username, str) and username:
            return username, None
        if isinstance(email, str) and email:
            return None, email
        raise InvalidParams(["must have required property 'user'"])

    def digest(self) -> str:
        """Raises InvalidParams."""
        match self.password:
            case str(password) if password:
                return digest_of(password)
            case {"digest": str(digest), "algorithm": "sha-256"}:
                return digest.lower()
            case _:
                raise InvalidParams(["must have required property 'password'"])
