# feature: methods and slices of list
# request: {}
# expect: [[8, 7, 5, 3, 1], ["a", 8], 9, 0, 1, [3, 1], [[0, 1], [0, 0]], [1, 2, 2], true, false]

def process_incoming(request):
    x = [5, 3, 8]
    x.append(1)
    x.extend([9, 9])
    x.insert(0, 7)
    x.remove(9)
    popped = x.pop()
    x.sort(key=lambda v: -v)
    y = x.copy()
    y.reverse()
    y[1:3] = ["a"]
    del y[::2]
    z = [[0] * 2 for _ in range(2)]
    z[0][1] = 1
    return [x, y, popped, x.index(8), x.count(7), x[-2:], z, [1] + [2] * 2, [1, 2] < [1, 3], x == y]
