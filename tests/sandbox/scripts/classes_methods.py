# feature: instance, class and static methods, properties with setters
# request: {}
# expect: [212.0, 0.0, "C", 1]

class Temperature:
    count = 0

    def __init__(self, celsius=0.0):
        self.celsius = celsius
        Temperature.count += 1

    @property
    def fahrenheit(self):
        return self.celsius * 9 / 5 + 32

    @fahrenheit.setter
    def fahrenheit(self, value):
        self.celsius = (value - 32) * 5 / 9

    @classmethod
    def boiling(cls):
        return cls(100.0)

    @staticmethod
    def unit():
        return "C"

def process_incoming(request):
    t = Temperature.boiling()
    before = t.fahrenheit
    t.fahrenheit = 32
    return [before, t.celsius, Temperature.unit(), Temperature.count]
