# family: gadgets
# source: a global of the csv module
# expect: raised AttributeError
import csv
def process_incoming(request):
    csv.field_size_limit(10 ** 9)
