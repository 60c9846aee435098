"""The benchmark of the gradient: its products are those of both ways, and its record can be read."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.testing import assert_allclose

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

import gradient_cost

from bpkit import backward, forward
from bpkit.model import views

WAYS = ("forward", "backward")


def test_record_holds_a_time_for_everything_at_every_width(tmp_path):
    command = [sys.executable, gradient_cost.__file__, "--seconds", "0", "--out", tmp_path]

    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    record = json.loads((tmp_path / "gradient_cost.json").read_text("utf-8"))

    assert [line["width"] for line in record["records"]] == list(gradient_cost.WIDTHS)
    for line in record["records"]:
        assert set(line["minimum_us"]) == {f"{k} {way}" for k in gradient_cost.KINDS for way in WAYS}
        assert min(line["minimum_us"].values()) > 0
        assert f"width {line['width']:5}: back / forward equations" in said


def test_products_are_those_of_both_ways():
    net, x, y = gradient_cost.drawn(6)
    z, a = forward(net.W, net.b, x, net.f)
    dW, _, delta = backward(net.W, z, a, y, net.f, net.loss)

    ahead, back = gradient_cost.products(net.W, a, delta)
    for _, _, out in [*ahead, *back]:
        out[...] = np.nan
    gradient_cost.multiply_all([*ahead, *back])

    L = gradient_cost.LAYERS
    assert (len(ahead), len(back)) == (L, 2 * L - 1)
    for l in net.W:
        assert_allclose(ahead[l - 1][2], z[l] - net.b[l], rtol=1e-9, atol=1e-12)
        assert_allclose(back[L + l - 2][2] / gradient_cost.SAMPLES, dW[l], rtol=1e-9, atol=1e-12)


def test_network_finds_the_gradient_of_the_equations():
    net, x, y = gradient_cost.drawn(6)
    runs = gradient_cost.contestants(net, x, y)

    runs["network forward"](1)
    runs["network backward"](1)

    dW, db, _ = backward(net.W, *forward(net.W, net.b, x, net.f), y, net.f, net.loss)
    found = views(net.gradient, net.sizes)
    for ours, theirs in zip(found, (dW, db), strict=True):
        for l in net.W:
            assert_allclose(ours[l], theirs[l], rtol=1e-9, atol=1e-12)
