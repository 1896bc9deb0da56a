# family: classes
# source: CVE-2025-22153
# expect: rejected except-star,base-exception | rejected except-star
def process_incoming(request):
    try:
        raise ValueError("x")
    except* ValueError as group:
        return str(group.exceptions)
