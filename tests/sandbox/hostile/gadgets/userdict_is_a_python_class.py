# family: gadgets
# source: sandbox-facts 6.2: UserDict, UserString, UserList
# expect: rejected import
from collections import UserString
def process_incoming(request):
    return 1
