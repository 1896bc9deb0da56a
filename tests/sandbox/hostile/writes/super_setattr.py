# family: writes
# source: super() is exempt from the dunder rule
# expect: rejected dunder
def process_incoming(request):
    class Odd:
        def walk(self):
            super().__setattr__("__class__", dict)
