# family: tricks
# source: a name bound anywhere is the script's own
# expect: raised NameError
def process_incoming(request):
    def other(open):
        return open
    return open("/etc/passwd")
