"""The command: how long the way back takes beside the way forward, and the products of both."""

import os

from timing import ONE_THREAD

os.environ.update(ONE_THREAD)  # numpy's products read it once, when numpy is imported

import argparse
import json
from pathlib import Path

import numpy as np
from timing import race, repeated

from bpkit import Network, backward, forward

RESULTS = Path(__file__).parent / "results"
WIDTHS, LAYERS, SAMPLES = (4, 16, 64, 256, 512), 4, 32
KINDS = ("equations", "network", "products")


def drawn(width):
    """Return a network of equal layers with tanh and an identity output, and a batch x, y for it."""
    rng = np.random.default_rng(width)
    net = Network([width] * (LAYERS + 1), "tanh", "identity", "half_squared_error", rng=rng)
    return net, *rng.normal(size=(2, width, SAMPLES))


def contestants(net, x, y):
    """Return ``run(n)`` of both ways: the book's lines, `Network` in its buffers, and the products alone."""
    W, b, f = net.W, net.b, net.f
    z, a = forward(W, b, x, f)
    delta = backward(W, z, a, y, f, net.loss)[2]
    ahead, back = products(W, a, delta)
    buffers = net.batch(SAMPLES)
    buffers.x[...], buffers.y[...] = x, y
    return {
        "equations forward": repeated(forward, W, b, x, f),
        "equations backward": repeated(backward, W, z, a, y, f, net.loss),
        "network forward": repeated(buffers.forward),
        "network backward": repeated(buffers.backward, 1 / SAMPLES),
        "products forward": repeated(multiply_all, ahead),
        "products backward": repeated(multiply_all, back),
    }


def products(W, a, delta):
    """Return the matrix products of the way forward and of the way back, each with an array for it."""
    ahead = [(W[l], a[l - 1]) for l in W]
    back = [(W[l].T, delta[l]) for l in W if l > 1] + [(delta[l], a[l - 1].T) for l in W]
    return [[(left, right, left @ right) for left, right in pairs] for pairs in (ahead, back)]


def multiply_all(products):
    """Compute each product into its array."""
    for left, right, out in products:
        np.dot(left, right, out)


def measure(width, seconds):
    """Return the record of one width: the shortest time of each in microseconds."""
    times = race(contestants(*drawn(width)), seconds)
    return {
        "width": width,
        "minimum_us": {name: float(f"{min(t) * 1e6:.4g}") for name, t in times.items()},
    }


def main():
    """Measure all widths, print the ratios back / forward, and write gradient_cost.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6, help="for each width")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the record")
    options = parser.parse_args()
    records = [measure(width, options.seconds) for width in WIDTHS]
    for record in records:
        us = record["minimum_us"]
        ratios = (f"{kind} {us[f'{kind} backward'] / us[f'{kind} forward']:.2f}" for kind in KINDS)
        print(f"width {record['width']:5}: back / forward", ", ".join(ratios))
    options.out.mkdir(parents=True, exist_ok=True)
    document = {"layers": LAYERS, "samples": SAMPLES, "records": records}
    (options.out / "gradient_cost.json").write_text(json.dumps(document, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
