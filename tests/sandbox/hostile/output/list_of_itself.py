# family: output
# source: conversion recurses
# expect: output-too-large
def process_incoming(request):
    x = []
    x.append(x)
    return x
