"""ps05_backprop: any depth, any batch."""

from bpkit.reference import mlp
from bpkit.reference.activations import activation, derivative

from ..pairs import Times
from ..question import Mistake, Question
from ..scoring import SHAPED, SINGLE, Part
from .draws import FEW, SOME, SQUARED, draw_hidden, draw_layer, draw_networks
from .slips_forward import FORWARD_MISTAKES, LOSS_SLIPS
from .slips_gradients import AVERAGED_DELTA, GRADIENT_SLIPS, WHOLE_SLIPS
from .slips_hidden import FED_WITH_Z, HIDDEN_SLIPS
from .slips_output import OUTPUT_SLIPS
from .steps import Pass, run, run_pass, slip, slipped

SLIPS = OUTPUT_SLIPS + HIDDEN_SLIPS + FED_WITH_Z + GRADIENT_SLIPS + WHOLE_SLIPS


def backward_arguments(W, b, f, x, y, loss):
    return W, *mlp.forward(W, b, x, f), y, f, loss


def per_sample_gradients(W, b, x, y, f, loss):
    columns = [slice(i, i + 1) for i in range(x.shape[1])]
    return [mlp.loss_and_gradients(W, b, x[:, i], y[:, i], f, loss)[1:] for i in columns]


def to_rows(W, b):
    return {l: W[l].T for l in W}, {l: b[l].T for l in b}


def layer_run(steps, delta, a_prev):
    """Take one layer's gradients by the steps: the layer is layer 1, and a_prev its input."""
    p = Pass({1: delta @ a_prev.T}, {}, {0: a_prev}, delta, {1: "identity"}, SQUARED, {1: delta})
    return steps.dW(p, 1), steps.db(p, 1)


def hidden_run(steps, W_next, delta_next, z, f_prime):
    """Take one hidden step: the layer is layer 1, the next one layer 2."""
    W, f = {1: W_next, 2: W_next}, {1: f_prime, 2: "identity"}
    return steps.hidden(Pass(W, {1: z}, {}, delta_next, f, SQUARED, {2: delta_next}), 1)


def prime_of(prime):
    """Return a hidden step with `prime(z, f_prime)` in the place of f′(z)."""
    return lambda p, l: p.back(l) * prime(p.z[l], p.f[l])


ONE_HIDDEN_SLIPS = (
    slip("M5", "your δ^(l) has the sign reversed.", "eq-delta-hidden", hidden=Times(lambda p: -1)),
    slip("M18", "your f′ is taken at σ(z^(l)): it is a function of z^(l) itself.", "eq-delta-hidden",
         hidden=prime_of(lambda z, f_prime: f_prime(activation("sigmoid")(z)))),
    slip("M18", "your f′ is taken at tanh(z^(l)): it is a function of z^(l) itself.", "eq-delta-hidden",
         hidden=prime_of(lambda z, f_prime: f_prime(activation("tanh")(z)))),
    slip("M20", "you use the sigmoid's derivative whatever f_prime is.", "eq-delta-hidden",
         hidden=prime_of(lambda z, f_prime: derivative("sigmoid")(z))),
    slip("M20", "you use the derivative of tanh whatever f_prime is.", "eq-delta-hidden",
         hidden=prime_of(lambda z, f_prime: derivative("tanh")(z))),
)  # fmt: skip
MINUS, TWICE = Times(lambda p: -1), Times(lambda p: 2)
ONE_LAYER_SLIPS = (
    slip("M5", "your gradients have the wrong sign.", "eq-grad-weights", dW=MINUS, db=MINUS),
    slip("M6", "your gradients are twice too large.", "eq-grad-weights", dW=TWICE, db=TWICE),
)


def whole_run(steps, W, b, x, y, f, loss):
    p = Pass(W, *mlp.forward(W, b, x, f), y, f, loss)
    dW, db, _ = run_pass(steps, p)
    return steps.loss(p), dW, db


def each_run(steps, W, b, x, y, f, loss):
    z, a = mlp.forward(W, b, x, f)
    samples = [slice(i, i + 1) for i in range(x.shape[1])]
    passes = [({l: z[l][:, i] for l in z}, {l: a[l][:, i] for l in a}, y[:, i]) for i in samples]
    return [run(steps, W, *one, f, loss)[:2] for one in passes]


def divided_pairs(W, b, x, y, f, loss):
    pairs = per_sample_gradients(W, b, x, y, f, loss)
    m = len(pairs)
    return [tuple({l: p[l] / m for l in p} for p in pair) for pair in pairs]


DIVIDED = Mistake(
    "M49",
    "your pairs are divided by m: each is one sample's gradient, and their mean is that of the batch.",
    "eq-grad-weights",
    divided_pairs,
)


def about(*heads):
    """Return a test for paths that contain one of these names."""
    return lambda path: any(step in heads for step in path)


def extras(points, tags=("float32", "other float32")):
    return {SINGLE: Part(points, tags), SHAPED: Part(points)}


CANONICAL = ("one sample", "a batch")
QUESTIONS = (
    Question(
        "forward",
        {
            "one sample": Part(0.5, ("one sample",)),
            "z of a batch": Part(1, about=about("z")),
            "a of a batch": Part(1, about=about("a")),
            **extras(0.25),
        },
        "eq-preactivation",
        draw_networks(lambda W, b, f, x, y, loss: (W, b, x, f)),
        mlp.forward,
        ("z", "a"),
        FORWARD_MISTAKES,
    ),
    Question(
        "hidden_delta",
        {
            "one sample": Part(0.75, ("one sample",)),
            "a batch": Part(1.5, ("a batch",)),
            "square layers": Part(0.75, ("square layers",)),
            **extras(0.5),
        },
        "eq-delta-hidden",
        draw_hidden,
        mlp.hidden_delta,
        None,
        slipped(HIDDEN_SLIPS, hidden_run, ("M3", "M4", "M16", "M17", "M18", "M19", "M20", "M21", "M22"))
        + slipped(ONE_HIDDEN_SLIPS, hidden_run),
    ),
    Question(
        "layer_gradients",
        {
            "dW of one sample": Part(0.5, ("one sample",), about("dW")),
            "db of one sample": Part(0.5, ("one sample",), about("db"), "eq-grad-biases"),
            "dW of a batch": Part(0.75, about=about("dW")),
            "db of a batch": Part(0.75, about=about("db"), equation="eq-grad-biases"),
            **extras(0.25),
        },
        "eq-grad-weights",
        draw_layer,
        mlp.layer_gradients,
        ("dW", "db"),
        slipped(GRADIENT_SLIPS + ONE_LAYER_SLIPS, layer_run, ("M34", "M35", "M36", "M37")),
    ),
    Question(
        "backward",
        {
            "δ where the short form is exact": Part(1, CANONICAL, about("delta"), "eq-delta-hidden"),
            "dW": Part(0.75, CANONICAL, about("dW"), "eq-grad-weights"),
            "db": Part(0.75, CANONICAL, about("db"), "eq-grad-biases"),
            "the other outputs and losses": Part(1, ("other pairs", "other float32")),
            **extras(0.25, ("float32",)),
        },
        "eq-delta-output-general",
        draw_networks(backward_arguments),
        mlp.backward,
        ("dW", "db", "delta"),
        slipped(SLIPS + AVERAGED_DELTA, run),
    ),
    Question(
        "loss_and_gradients",
        {
            "the loss": Part(0.5, about=about("loss")),
            "dW": Part(0.5, about=about("dW")),
            "db": Part(0.5, about=about("db"), equation="eq-grad-biases"),
            **extras(0.25),
        },
        "eq-batch-loss",
        draw_networks(lambda W, b, f, x, y, loss: (W, b, x, y, f, loss)),
        mlp.loss_and_gradients,
        ("loss", "dW", "db"),
        slipped(SLIPS + LOSS_SLIPS, whole_run),
    ),
    Question(
        "per_sample_gradients",
        {
            "each sample's dW": Part(0.75, about=about("dW")),
            "each sample's db": Part(0.75, about=about("db"), equation="eq-grad-biases"),
            **extras(0.25),
        },
        "eq-grad-weights",
        draw_networks(lambda W, b, f, x, y, loss: (W, b, x, y, f, loss), SOME),
        per_sample_gradients,
        [("dW", "db")],
        (*slipped(OUTPUT_SLIPS + HIDDEN_SLIPS, each_run, ("M25",)), DIVIDED),
    ),
    Question(
        "to_rows",
        {
            "the weights": Part(0.75, about=about("W")),
            "the biases": Part(0.75, about=about("b")),
            **extras(0.25),
        },
        "eq-preactivation",
        draw_networks(lambda W, b, f, x, y, loss: (W, b), FEW),
        to_rows,
        ("W", "b"),
    ),
)
