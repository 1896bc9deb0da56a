# feature: fields after `_: KW_ONLY`, and InitVar
# request: {}
# expect: ["Job(name='a', tries=4, delay=8)", "Job.__init__() takes 2 positional arguments but 3 were given"]

from dataclasses import KW_ONLY, InitVar, dataclass, field


@dataclass
class Job:
    name: str
    _: KW_ONLY
    tries: int = 3
    factor: InitVar[int] = 1
    delay: int = field(init=False, default=0)

    def __post_init__(self, factor):
        self.delay = self.tries * factor


def process_incoming(request):
    try:
        Job("b", 5)
    except TypeError as error:
        return [repr(Job("a", tries=4, factor=2)), str(error)]
