# family: tricks
# source: Rocket.Chat issue 27777: words in comments break scripts
# expect: completed "import os; __class__; eval(open())"
def process_incoming(request):
    # module, exports, __import__, eval
    return "import os; __class__; eval(open())"
