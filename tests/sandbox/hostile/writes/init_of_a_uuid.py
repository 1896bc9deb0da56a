# family: writes
# source: found here: super() in a class method finds a function, not a method: it writes to whatever it is given
# expect: completed "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
# calls: 2
import uuid
class Mine(uuid.UUID):
    @classmethod
    def unbound(cls):
        return super().__init__
def process_incoming(request):
    if request["n"] == 0:
        try:
            Mine.unbound()(uuid.NAMESPACE_DNS, "12345678123456781234567812345678")
        except TypeError:
            pass
    return str(uuid.NAMESPACE_DNS)
