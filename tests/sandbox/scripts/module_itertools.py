# feature: every ordinary iterator
# request: {}
# expect: [[1, 3, 6], [1, 2], [1, 2], [["a", "b"], ["a", "c"], ["b", "c"]], ["a", "c"], [5, 7, 9], ["a", "b", "a"], [2, 1], [0], {"a": [1, 2], "b": [3]}, [["a", "b"], ["b", "c"]], 6, [["a", 1], ["b", 1]], [1, 1], [8], [1], [1, 2, 1, 2], [["a", "c"], ["b", "-"]]]

from itertools import accumulate, chain, combinations, compress, count, cycle, dropwhile, filterfalse, groupby, islice, pairwise, permutations, product, repeat, starmap, takewhile, tee, zip_longest

def process_incoming(request):
    rows = [("a", 1), ("a", 2), ("b", 3)]
    x, y = tee([1, 2])
    return [list(accumulate([1, 2, 3])), list(chain([1], [2])), list(chain.from_iterable([[1], [2]])), list(combinations("abc", 2)), list(compress("abc", [1, 0, 1])), list(islice(count(5, 2), 3)), list(islice(cycle("ab"), 3)), list(dropwhile(lambda v: v < 2, [1, 2, 1])),
            list(filterfalse(None, [0, 1])), {k: [n for _, n in g] for k, g in groupby(rows, key=lambda r: r[0])}, list(pairwise("abc")), len(list(permutations("abc"))), list(product("ab", [1])), list(repeat(1, 2)), list(starmap(pow, [(2, 3)])), list(takewhile(lambda v: v < 2, [1, 2])), list(x) + list(y), list(zip_longest("ab", "c", fillvalue="-"))]
