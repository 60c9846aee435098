"""Where in the book an equation stands: what a message points to."""

CHAPTERS = {
    "derivatives": "Derivatives and the chain rule",
    "forward_pass": "Forward pass",
    "losses": "Losses and the error of the output layer",
    "recursion": "The recursion",
    "gradient_descent": "Gradient descent and mini-batches",
    "learning_rate": "The learning rate",
    "momentum_to_adam": "From momentum to Adam",
    "initialization": "Initialisation",
    "gradient_flow": "Vanishing and exploding gradients",
    "generalization": "Generalisation",
    "autodiff_formulas": "Formulas of automatic differentiation",
}
EQUATIONS = {
    "derivatives": (
        "eq-forward-difference",
        "eq-central-difference",
        "eq-observed-order",
        "eq-chain-of-functions",
        "eq-neuron-gradient",
    ),
    "forward_pass": (
        "eq-preactivation",
        "eq-activation",
        "eq-sigmoid",
        "eq-sigmoid-prime",
        "eq-tanh-prime",
        "eq-relu",
        "eq-relu-prime",
        "eq-softplus-prime",
        "eq-softmax",
    ),
    "losses": (
        "eq-half-squared-error",
        "eq-mean-squared-error",
        "eq-binary-cross-entropy",
        "eq-cross-entropy",
        "eq-batch-loss",
        "eq-half-squared-error-gradient",
        "eq-mean-squared-error-gradient",
        "eq-delta",
        "eq-delta-output-general",
        "eq-softmax-jacobian",
        "eq-delta-output-softmax",
        "eq-delta-output",
    ),
    "recursion": (
        "eq-delta-hidden",
        "eq-grad-weights",
        "eq-grad-biases",
        "eq-relative-error",
        "eq-update",
    ),
    "gradient_descent": ("eq-minibatches",),
    "learning_rate": (
        "eq-range-test",
        "eq-step-decay",
        "eq-exponential-decay",
        "eq-cosine-decay",
        "eq-clip-by-norm",
    ),
    "momentum_to_adam": (
        "eq-momentum",
        "eq-nesterov",
        "eq-adagrad",
        "eq-rmsprop",
        "eq-adam-means",
        "eq-adam-correction",
        "eq-adam",
    ),
    "initialization": ("eq-xavier", "eq-he"),
    "gradient_flow": ("eq-delta-norm", "eq-saturated-fraction", "eq-slope-ratio", "eq-equal-units"),
    "generalization": (
        "eq-weight-penalty",
        "eq-weight-penalty-gradient",
        "eq-dropout-forward",
        "eq-dropout-backward",
        "eq-validation-split",
        "eq-standardize",
        "eq-early-stopping",
        "eq-folds",
    ),
    "autodiff_formulas": ("eq-matrix-product-vjp", "eq-unbroadcast"),
}
PAGES = {label: page for page, labels in EQUATIONS.items() for label in labels}


def see(label):
    """Say where an equation stands.

    >>> see("eq-delta-hidden")
    'See eq-delta-hidden in the chapter “The recursion”.'
    """
    return f"See {label} in the chapter “{CHAPTERS[PAGES[label]]}”."
