# feature: functions and classes decorated, with arguments, stacked, wraps
# request: {}
# expect: ["a:b:2", "a:b:6", true]

import functools

def logged(prefix):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return prefix + str(function(*args, **kwargs))
        return wrapper
    return decorate

def register(cls):
    cls.registered = True
    return cls

@logged("a:")
@logged("b:")
def add(x, y=1):
    return x + y

@register
class Thing:
    pass

def process_incoming(request):
    return [add(1), add(1, y=5), Thing.registered]
