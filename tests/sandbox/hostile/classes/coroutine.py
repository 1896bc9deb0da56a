# family: classes
# source: coroutines have frames
# expect: rejected async
def process_incoming(request):
    async def wait():
        await request
