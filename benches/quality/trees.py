"""Gradient-boosted decision trees over small whole numbers, logistic loss; numpy, deterministic."""
import numpy as np


class Binned:
    """Features as bin numbers, with the thresholds between the bins."""

    def __init__(self, x, most=48):
        self.cuts, columns = [], []
        for column in x.T:
            values = np.unique(column)
            if len(values) > most:
                values = np.unique(np.quantile(column, np.linspace(0, 1, most), method="nearest"))
            cuts = values[:-1]
            self.cuts.append(cuts)
            columns.append(np.searchsorted(cuts, column, side="left").astype(np.uint8))
        self.x = np.ascontiguousarray(np.array(columns))
        self.bins = most + 1


def grow(binned, rows, gradient, hessian, depth, least, smooth, usable):
    """One tree as a list of nodes (feature, cut, left, right, value); a leaf has no feature."""
    nodes = []

    def build(rows, level):
        me = len(nodes)
        nodes.append(None)
        g, h = gradient[rows].sum(), hessian[rows].sum()
        best = None
        if level < depth and len(rows) >= 40:
            gr, hr = gradient[rows], hessian[rows]
            for f in usable:
                bins = binned.x[f][rows]
                cuts = binned.cuts[f]
                if len(cuts) == 0:
                    continue
                gs = np.bincount(bins, gr, minlength=len(cuts) + 1)[:-1].cumsum()
                hs = np.bincount(bins, hr, minlength=len(cuts) + 1)[:-1].cumsum()
                ok = (hs >= least) & (h - hs >= least)
                gain = np.where(ok, gs ** 2 / (hs + smooth) + (g - gs) ** 2 / (h - hs + smooth), 0)
                at = int(gain.argmax())
                if best is None or gain[at] > best[0]:
                    best = (gain[at], f, at)
        if best is None or best[0] - g ** 2 / (h + smooth) < 1e-3:
            nodes[me] = (None, 0, 0, 0, -g / (h + smooth))
            return me
        _, f, at = best
        left = binned.x[f][rows] <= at
        a = build(rows[left], level + 1)
        b = build(rows[~left], level + 1)
        nodes[me] = (f, int(binned.cuts[f][at]), a, b, -g / (h + smooth))
        return me

    build(rows, 0)
    return nodes


def apply(tree, x):
    out = np.zeros(len(x))

    def walk(node, rows):
        f, cut, a, b, value = tree[node]
        if f is None:
            out[rows] = value
            return
        left = x[rows, f] <= cut
        walk(a, rows[left])
        walk(b, rows[~left])

    walk(0, np.arange(len(x)))
    return out


def train(x, y, w, trees=120, depth=4, rate=0.12, least=4.0, smooth=4.0, seed=7, columns=0.4):
    """Returns (bias, trees) whose sum is the log-odds."""
    random = np.random.default_rng(seed)
    binned = Binned(x)
    rows = np.flatnonzero(w > 0)
    mean = (w * y).sum() / w.sum()
    bias = float(np.log(mean / (1 - mean)))
    score = np.full(len(y), bias)
    out = []
    features = np.arange(x.shape[1])
    for _ in range(trees):
        p = 1 / (1 + np.exp(-score))
        gradient, hessian = w * (p - y), w * p * (1 - p)
        usable = np.sort(random.permutation(features)[: max(8, int(len(features) * columns))])
        some = rows[random.random(len(rows)) < 0.7]
        tree = grow(binned, some, gradient, hessian, depth, least, smooth, usable)
        tree = [(*n[:4], n[4] * rate) for n in tree]
        out.append(tree)
        score += apply(tree, x)
    return bias, out


def predict(model, x):
    bias, trees = model
    return bias + sum(apply(tree, x) for tree in trees)
