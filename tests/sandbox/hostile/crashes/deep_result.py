# family: crashes
# source: conversion recurses
# expect: output-too-large
def process_incoming(request):
    x = []
    for i in range(100000):
        x = [x]
    return x
