# family: shadowing
# source: identifiers are normalised by the parser
# expect: rejected private-name,private-attribute | rejected dunder | rejected private-attribute | rejected syntax
def process_incoming(request):
    return request.＿＿class＿＿
