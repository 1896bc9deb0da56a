# feature: a hook as a method of class Script
# request: {}
# expect: {"text": "hello you", "calls": 1}

class Helper:
    def greet(self, who):
        return f"hello {who}"

class Script(Helper):
    def __init__(self):
        self.calls = 0

    def process_incoming(self, request):
        self.calls += 1
        return {"text": self.greet("you"), "calls": self.calls}
