# feature: several bases, super, overriding, class attributes
# request: {}
# expect: ["CHILD:ANN/5", true, true, true, false, "default"]

class Base:
    kind = "base"

    def __init__(self, name):
        self.name = name

    def describe(self):
        return f"{self.kind}:{self.name}"

class Loud:
    def describe(self):
        return super().describe().upper()

class Child(Loud, Base):
    kind = "child"

    def __init__(self, name, age):
        super().__init__(name)
        self.age = age

    def describe(self):
        return super().describe() + f"/{self.age}"

def process_incoming(request):
    child = Child("ann", 5)
    return [child.describe(), isinstance(child, Base), issubclass(Child, Loud), hasattr(child, "age"), hasattr(child, "nope"), getattr(child, "nope", "default")]
