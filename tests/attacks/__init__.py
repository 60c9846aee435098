"""The attacks on the grader, by family: plain data, read by the tests and by the benchmark."""

from attacks import (
    beside,
    bundles,
    exits,
    floods,
    frames,
    insight,
    kernel,
    later,
    metadata,
    patched,
    reading,
    values,
)

MODULES = (patched, values, exits, floods, reading, insight, beside, metadata, frames, bundles, later, kernel)
ATTACKS = [attack for module in MODULES for attack in module.ATTACKS]
