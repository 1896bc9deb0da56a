from dataclasses import dataclass, field
from enum import Enum


class Level(Enum):
    QUIET = "quiet"
    NORMAL = "normal"
    LOUD = "loud"


@dataclass
class Push:
    who: str
    branch: str
    titles: list[str] = field(default_factory=list)
    level: Level = Level.NORMAL

    def text(self):
        mark = "!" if self.level is Level.LOUD else ""
        return f"{self.who} pushed {len(self.titles)} commits to {self.branch}{mark}: " + "; ".join(self.titles)


def process_incoming(request):
    c = request["content"]
    titles = [commit["message"].split("\n")[0] for commit in c["commits"]]
    level = Level("loud") if len(titles) > 3 else Level.QUIET
    push = Push(c["pusher"]["name"], c["ref"].removeprefix("refs/heads/"), titles, level)
    return {"content": {"text": push.text(), "alias": push.level.value}}
