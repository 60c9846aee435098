"""The table: ratios beside their targets, a line for each workload and dtype, and the record of a run."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

from contestants import BARE, CONTESTANTS, OURS
from timing import ONE_THREAD
from workloads import DTYPES, WORKLOADS

PACKAGES = ("bpkit", "numpy", "torch", "scikit-learn", "jax", "jaxlib", "autograd")
ROOM = 0.2  # a target that is missed by less counts as met
AIMED = {"PyTorch": "pytorch", "scikit-learn": "sklearn", "bare": "bare"}  # ratio → field of a Workload
OTHERS = {
    "by hand": "PyTorch by hand",
    "internals": "scikit-learn internals",
    "JAX": "JAX",
    "autograd": "autograd",
    "equations": "equations",
}
HEAD = f"{'':12}{'µs':>9}{'x PyTorch':>17}{'x scikit-learn':>17}{'/ bare':>17}" + "".join(
    f"{name:>11}" for name in OTHERS
)
FOOT = """
µs: one step of Network.step. x: the other's time over ours; in brackets the target, at least.
/ bare: our time over that of the bare matrix products; in brackets the target, at most.
! marks a target that is missed by more than 20 %.
x PyTorch: nn.Sequential with torch.optim.SGD, as it is taught; by hand: linear and an update of one's own.
x scikit-learn: partial_fit, its public call; internals: its private _backprop and update_params alone.
In a and b scikit-learn has no squared error after a sigmoid, and descends the binary cross-entropy."""


def record(letter, dtype, times):
    """Return what is kept of one race: times in µs, ratios, targets, and the targets that are missed."""
    best = {name: min(values) for name, values in times.items()}
    ratios, targets = _ratios(best), _targets(letter, dtype)
    return {
        "workload": letter,
        "dtype": dtype.name,
        "minimum_us": {name: _digits(1e6 * best[name]) for name in times},
        "median_us": {name: _digits(1e6 * median(values)) for name, values in times.items()},
        "chunks": {name: len(values) for name, values in times.items()},
        "ratios": {name: _digits(value) for name, value in ratios.items()},
        "targets": targets,
        "missed": [name for name in targets if name in ratios and _missed(name, ratios[name], targets[name])],
    }


def _ratios(best):
    ours = best[OURS]
    ratios = {name: best[name] / ours for name in CONTESTANTS if name in best and name != OURS}
    return ratios | {"bare": ours / best[BARE]}


def _targets(letter, dtype):
    return {name: getattr(WORKLOADS[letter], field)[DTYPES.index(dtype)] for name, field in AIMED.items()}


def _missed(name, ratio, target):
    return ratio > target * (1 + ROOM) if name == "bare" else ratio < target * (1 - ROOM)


def _digits(number):
    return float(f"{number:.4g}")


def line(record):
    """Return the line of the table for one record."""
    ratios = record["ratios"]
    text = f"{record['workload']:3}{record['dtype']:9}{record['minimum_us'][OURS]:>9.4g}"
    for name, target in record["targets"].items():
        mark = "!" if name in record["missed"] else " "
        text += f"{f'{_shown(ratios.get(name))} ({target:g}){mark}':>17}"
    return text + "".join(f"{_shown(ratios.get(name)):>11}" for name in OTHERS.values())


def _shown(ratio):
    return "-" if ratio is None else f"{ratio:.3g}"


def document(records, words):
    """Return the whole run as it goes into speed.json."""
    return {
        "versions": {"python": platform.python_version(), **_versions()},
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "threads": {name: os.environ.get(name) for name in ONE_THREAD},
        "figure": words,
        "records": records,
    }


def _versions():
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _processor():
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
