"""Who may do what with integrations: two permissions a kind, to manage all of them or those one has created."""

from dataclasses import dataclass

from engine.model.integrations import INCOMING, OUTGOING, Integration, Kind
from engine.model.messages import User
from engine.store.integrations import Listing
from engine.workspace.protocol import Workspace

# Any of them is enough where the route itself asks.
OUTGOING_PERMISSIONS = ("manage-outgoing-integrations", "manage-own-outgoing-integrations")
PERMISSIONS = ("manage-incoming-integrations", "manage-own-incoming-integrations", *OUTGOING_PERMISSIONS)

_WORDS: dict[Kind, str] = {INCOMING: "incoming", OUTGOING: "outgoing"}


@dataclass(frozen=True, slots=True)
class Rights:
    """What one user may do with the integrations of one kind."""

    user: User
    all: bool
    own: bool

    @property
    def any(self) -> bool:
        return self.all or self.own

    @property
    def rooms_unseen(self) -> bool:
        """Whether rooms that the user is not in may be configured: the original asks for both permissions."""
        return self.all and self.own

    def over(self, integration: Integration) -> bool:
        return self.all or (self.own and integration.created_by.id == self.user.id)


async def rights_over(workspace: Workspace, user: User, kind: Kind) -> Rights:
    word = _WORDS[kind]
    return Rights(
        user,
        all=await workspace.has_permission(user, f"manage-{word}-integrations"),
        own=await workspace.has_permission(user, f"manage-own-{word}-integrations"),
    )


async def visible_to(workspace: Workspace, user: User, *, strict: bool) -> Listing:
    """What the user may see; nothing without any of the four permissions.

    The original forgets one manage-all permission where both own ones are held; so does `strict`.
    """
    rights = {kind: await rights_over(workspace, user, kind) for kind in (INCOMING, OUTGOING)}
    all_of = frozenset(kind for kind, found in rights.items() if found.all)
    own_of = frozenset(kind for kind, found in rights.items() if found.own)
    if strict and len(own_of) == 2 and len(all_of) == 1:
        all_of = frozenset()
    return Listing(all_of, own_of, user.id)
