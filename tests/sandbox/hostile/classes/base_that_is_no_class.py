# family: classes
# source: what is no class is asked by __mro_entries__ what it stands for, and may answer otherwise the second time
# expect: raised TypeError
class Odd:
    def __eq__(self, other):
        return True
    def __hash__(self):
        return 1
def process_incoming(request):
    class Made(Odd()):
        pass
    return 1
