# feature: members that are objects with attributes of their own, changed in the class body
# request: {}
# expect: [3.7, {"x": 6}, 1.5, ["EARTH", "MARS"]]

from enum import Enum


class Planet(Enum):
    EARTH = (9.8, 1.0)
    MARS = (3.7, 1.5)

    def __init__(self, gravity, years):
        self.gravity = gravity
        self.years = years
        self.visits = 0


class Counts(Enum):
    ALL = {"x": 2}
    ALL["x"] *= len(Planet) + 1


def process_incoming(request):
    return [Planet.MARS.gravity, Counts.ALL.value, Planet.MARS.years, [planet.name for planet in Planet]]
