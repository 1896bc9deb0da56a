# family: frames
# source: CVE-2023-37271
# expect: rejected async,inspect-attribute
def process_incoming(request):
    async def wait():
        return 1
    return str(wait().cr_frame)
