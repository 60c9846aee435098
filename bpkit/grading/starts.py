"""Where the error starts: in a network one wrong layer makes those after it wrong, or those before it."""

from .comparison import leaves

FORWARD, BACKWARD = ("z", "a"), ("delta",)


def first_of(finding):
    """Name the difference where the error starts: forward the first layer, z before a; of δ's, the last."""
    layered = [d for d in finding.differences if of_a_layer(d.path)]
    backward = [d for d in layered if d.path[0] in BACKWARD]
    if backward:
        return max(backward, key=lambda d: d.path[1])
    forward = [d for d in layered if d.path[0] in FORWARD]
    if forward and len(forward) == len(finding.differences):
        return min(forward, key=lambda d: (d.path[1], FORWARD.index(d.path[0])))
    return finding.differences[0]


def of_a_layer(path):
    """Say whether a path leads to what a named result holds of one layer.

    >>> of_a_layer(("dW", 1)), of_a_layer((("W", 1), 0)), of_a_layer((0, 1))
    (True, False, False)
    """
    return len(path) == 2 and type(path[0]) is str and type(path[1]) is int


def start(question, findings):
    """Say where the error starts in the first case that is wrong, if it starts alike in all."""
    wrong = [f for f in findings if f.differences]
    if not wrong or any(f.outcome.problem for f in findings):
        return ""
    firsts = [first_of(f).path for f in wrong]
    heads = {path[0] for path in firsts if of_a_layer(path)}
    if len({len(path) for path in firsts}) > 1 or len(heads) != 1:
        return ""
    (head,) = heads
    if head in BACKWARD:
        return start_of_delta(
            [(path[1], depth_of(f, question)) for path, f in zip(firsts, wrong, strict=True)]
        )
    if head in FORWARD:
        return start_forward(head, [path[1] for path in firsts])
    return start_of_gradients(question, findings)


def depth_of(finding, question):
    """Return the number of the last layer in a result."""
    return max(path[1] for path in leaves(finding.expected, question.returns) if len(path) == 2)


def start_of_delta(firsts):
    """Say where δ goes wrong, from the pairs of the first wrong layer and the last layer."""
    if all(l == L for l, L in firsts):
        return "δ^(L) is wrong already: the error starts at the output."
    if all(l < L for l, L in firsts):
        l = firsts[0][0]
        return f"δ^({l + 1}) is right, δ^({l}) is not: the error starts there."
    return ""


def start_forward(head, layers):
    """Say where the forward pass goes wrong, from the first wrong layer of each wrong case."""
    l = layers[0]
    if l == 0:
        return "a^(0) is the input itself."
    if head == "a":
        return f"z^({l}) is right, a^({l}) is not: the error starts there."
    return f"Layer {l - 1} is right, layer {l} is not: the error starts there." if min(layers) > 1 else ""


def start_of_gradients(question, findings):
    """Say where the gradients of the last layer are right, and no others, and no δ tells more."""
    if not isinstance(question.returns, tuple) or question.returns[-2:] != ("dW", "db"):
        return ""
    deep = [(f, wrong_layers(f, question), depth_of(f, question)) for f in findings]
    wrong = [(layers, L) for _, layers, L in deep if L > 1]
    if any(layers for _, layers, L in deep if L == 1) or not wrong:
        return ""
    if all(layers == set(range(1, L)) for layers, L in wrong):
        return (
            "The gradients of the last layer are right, those before it are not: "
            "the error starts on the way back from δ^(L)."
        )
    return ""


def wrong_layers(finding, question):
    return {path[1] for path in finding.wrong_paths(question.returns) if len(path) == 2}


def right_throughout(question, findings):
    """Name the results that are right in all cases, where others are not."""
    if not isinstance(question.returns, tuple) or any(f.outcome.problem for f in findings):
        return ""
    wrong = {path[:1] for f in findings for path in f.wrong_paths(question.returns)}
    names = [(name,) for name in question.returns]
    right = [name for (name,) in names if (name,) not in wrong]
    if not right or len(right) == len(names):
        return ""
    return f"{' and '.join(right)} {'is' if len(right) == 1 else 'are'} right in all cases."
