# family: attributes
# source: super objects forward dunder reads
# expect: raised AttributeError
def process_incoming(request):
    class Child(dict):
        def walk(self):
            return getattr(super(), "__class__")
    return str(Child().walk())
