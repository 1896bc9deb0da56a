# family: tricks
# source: another encoding shows other source
# expect: completed "+AGE-" | rejected syntax
def process_incoming(request):
    # -*- coding: utf-7 -*-
    return "+AGE-"
