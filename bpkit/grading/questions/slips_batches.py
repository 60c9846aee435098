"""Mistakes with minibatches: pairs torn apart, samples lost or taken twice, an order that is none."""

import numpy as np

from .batches import cut, minibatches
from .slips_steps import slips


def with_order(order_of):
    """Return wrong batches by the order that `order_of(m, size, rng)` gives."""
    return lambda x, y, size, rng: cut(x, y, order_of(x.shape[1], size, rng), size)


def torn(x_order, y_order):
    """Return wrong batches by an order for x and one for y, each of (m, rng)."""

    def batches(x, y, size, rng):
        m = x.shape[1]
        x = x[:, x_order(m, rng)]
        return cut(x, y[:, y_order(m, rng)], np.arange(m), size)

    return batches


def drawn(m, rng):
    return rng.permutation(m)


def kept(m, rng):
    return np.arange(m)


def replaced(count):
    """Return wrong batches that are drawn with replacement; `count(m, size)` says how many samples in all."""
    return with_order(lambda m, size, rng: rng.integers(0, m, count(m, size)))


def merged(x, y, size, rng):
    """Let the rest go into the last full batch."""
    order = rng.permutation(x.shape[1])
    places = np.split(order, range(size, max(len(order) // size, 1) * size, size))
    return [(x[:, place], y[:, place]) for place in places]


def spread(x, y, size, rng):
    places = np.array_split(rng.permutation(x.shape[1]), -(-x.shape[1] // size))
    return [(x[:, place], y[:, place]) for place in places]


def ending_early(x, y, size, rng):
    """Start one more batch where the samples are used up."""
    order = rng.permutation(x.shape[1])
    places = [order[k * size : (k + 1) * size] for k in range(len(order) // size + 1)]
    return [(x[:, place], y[:, place]) for place in places]


def overlapping(x, y, size, rng):
    order = rng.permutation(x.shape[1])
    places = [order[k : k + size] for k in range(0, len(order), size)]
    places[-1] = order[-size:]
    return [(x[:, place], y[:, place]) for place in places]


def by_rows(x, y, size, rng):
    order = rng.permutation(len(x))
    return [(x[order[k : k + size]], y[order[k : k + size]]) for k in range(0, len(x), size)]


def of_old_batches(x, y, size, rng):
    pairs = cut(x, y, np.arange(x.shape[1]), size)
    *full, last = pairs
    return [*(full[k] for k in rng.permutation(len(full))), last]


def inside(x, y, size, rng):
    m = x.shape[1]
    blocks = [rng.permutation(np.arange(k, min(k + size, m))) for k in range(0, m, size)]
    return cut(x, y, np.concatenate(blocks), size)


def of_one_seed(x, y, size, rng):
    return minibatches(x, y, size, np.random.default_rng(0))


def of_no_seed(x, y, size, rng):
    return minibatches(x, y, size, np.random.default_rng())


def first_alone(x, y, size, rng):
    return minibatches(x, y, size, rng)[0]


def in_two_lists(x, y, size, rng):
    return tuple(map(list, zip(*minibatches(x, y, size, rng), strict=True)))


def whole_batches(x, y, size, rng):
    return [pair for pair in minibatches(x, y, size, rng) if pair[0].shape[1] == size]


def filled_up(m, size, rng):
    """Draw an order that goes on with its first samples until the last batch is full."""
    return np.resize(rng.permutation(m), rounded_up(m, size))


def rounded_up(m, size):
    return -(-m // size) * size


FULL = "your last batch is filled up with samples that were there: it may be short."
REPLACED = "your samples are drawn with replacement: draw one order of all samples, and cut it."
BATCH_MISTAKES = slips(
    ("M62", "you shuffle x, but not y: each column of y belongs to its column of x.", "eq-minibatches",
     torn(drawn, kept)),
    ("M62", "you shuffle y, but not x: each column of y belongs to its column of x.", "eq-minibatches",
     torn(kept, drawn)),
    ("M62", "you draw one order for x and another for y: draw one, and use it for both.", "eq-minibatches",
     torn(drawn, drawn)),
    ("M63", "your last batch is missing where it would be short: its samples count too.", "eq-minibatches",
     whole_batches),
    ("M63", FULL, "eq-minibatches", with_order(filled_up)),
    ("M63", FULL, "eq-minibatches", overlapping),
    (None, "the rest of your samples goes into the last full batch: it gets one of its own.",
     "eq-minibatches", merged),
    (None, "your batches share the rest: all but the last have batch_size samples.", "eq-minibatches",
     spread),
    (None, "your last batch is empty where batch_size divides N: count ⌈N / batch_size⌉ batches.",
     "eq-minibatches", ending_early),
    (None, "your samples are in their old order: shuffle them with rng.", "eq-minibatches",
     lambda x, y, size, rng: cut(x, y, np.arange(x.shape[1]), size)),
    (None, "you shuffle the batches, and not the samples: the same samples always come together.",
     "eq-minibatches", of_old_batches),
    (None, "you shuffle inside each batch: all samples are shuffled, and then cut into batches.",
     "eq-minibatches", inside),
    (None, "your order is always the same: draw it with the rng that is given, not with one of your own.",
     "eq-minibatches", of_one_seed),
    (None, "your order does not come from rng: np.random.shuffle and default_rng() draw from elsewhere.",
     "eq-minibatches", of_no_seed),
    (None, REPLACED, "eq-minibatches", replaced(lambda m, size: m)),
    (None, REPLACED, "eq-minibatches", replaced(rounded_up)),
    (None, REPLACED, "eq-minibatches", replaced(lambda m, size: max(m // size, 1) * size)),
    (None, "your batches are made of rows: samples are columns, x[:, places].", "eq-minibatches", by_rows),
    (None, "your return stands inside the loop, and gives the first batch alone: yield, or collect a list.",
     "eq-minibatches", first_alone),
    (None, "you return one list for x and one for y: what is asked are pairs (x_b, y_b).", "eq-minibatches",
     in_two_lists),
)  # fmt: skip
