# family: shadowing
# source: super() is exempt from the dunder rule
# expect: rejected reserved-name
def process_incoming(request):
    super = lambda: json
    class Holder:
        def walk(self):
            return super().__init__
