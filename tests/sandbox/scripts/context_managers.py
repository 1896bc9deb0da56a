# feature: with and classes with __enter__ and __exit__, exceptions swallowed and passed on
# request: {}
# expect: ["enter a", "enter b", "exit b x", "exit a None", "enter d", "a", "exit d None"]

class Step:
    def __init__(self, log, name, swallow=False):
        self.log, self.name, self.swallow = log, name, swallow

    def __enter__(self):
        self.log.append("enter " + self.name)
        return self

    def __exit__(self, kind, error, trace):
        self.log.append(f"exit {self.name} {error}")
        return self.swallow

def process_incoming(request):
    log = []
    with Step(log, "a") as a, Step(log, "b", swallow=True):
        raise ValueError("x")
    with Step(log, "d"):
        log.append(a.name)
    return log
