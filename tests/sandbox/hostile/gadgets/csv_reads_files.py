# family: gadgets
# source: csv imports io
# expect: raised AttributeError
import csv
def process_incoming(request):
    return csv.io.open(request["file"]).read()
