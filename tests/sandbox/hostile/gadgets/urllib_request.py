# family: gadgets
# source: a submodule next to an allowed one
# expect: rejected import
import urllib.request
def process_incoming(request):
    return urllib.request.urlopen("http://127.0.0.1:" + str(request["port"])).read().decode()
