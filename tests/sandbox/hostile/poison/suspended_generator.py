# family: poison
# source: sandbox-design 2: its finally ran inside the next call
# expect: completed "own log"
# calls: 2
def hold():
    try:
        yield 1
    finally:
        print('late')
def process_incoming(request):
    kept = hold()
    next(kept)
    return 'own log'
