# feature: averages and spread
# request: {}
# expect: [3.6, 2, 2, 3.647, [1.5, 2.0, 6.5], 3.6, [1, 2], 0.8413]

import statistics as st

def process_incoming(request):
    xs = [1, 2, 2, 3, 10]
    return [st.mean(xs), st.median(xs), st.mode(xs), round(st.stdev(xs), 3), st.quantiles(xs, n=4), st.fmean(xs), st.multimode([1, 1, 2, 2]), round(st.NormalDist(0, 1).cdf(1), 4)]
