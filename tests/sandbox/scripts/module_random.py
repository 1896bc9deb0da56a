# feature: seeded generators are reproducible, the others stay in range
# request: {}
# expect: [655, "a", [0, 4, 3], [42, 20, 51], [1, 2, 3, 4], true, 5, 4, true]

import random

def process_incoming(request):
    r = random.Random(42)
    random.seed(7)
    a = [random.randint(1, 100) for _ in range(3)]
    random.seed(7)
    xs = [1, 2, 3, 4]
    random.shuffle(xs)
    return [r.randint(1, 1000), r.choice("abc"), r.sample(range(10), 3), a, sorted(xs), 0 <= random.random() < 1, random.choice([5]), len(random.choices("ab", k=4)), 1 <= random.SystemRandom().randint(1, 3) <= 3]
