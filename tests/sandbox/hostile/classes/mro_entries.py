# family: classes
# source: any object can stand for base classes
# expect: rejected magic-method
def process_incoming(request):
    class Odd:
        def __mro_entries__(self, bases):
            return (dict,)
