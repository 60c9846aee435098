"""Mistakes in difference quotients, and in the order that errors show."""

import numpy as np

from ..question import Mistake

FORWARD_STEP, CENTRAL_STEP = 1e-6, 1e-5
STEPS = (1e-2, 1e-3, 1e-4, 1e-5, 6e-6, 1e-6)
TINY = (1e-7, 1e-8, 1e-9, 1e-10)  # too small to be told apart by a central difference


def forward(f, x, h):
    return (f(x + h) - f(x)) / h


def central(f, x, h):
    return (f(x + h) - f(x - h)) / (2 * h)


def backward(f, x, h):
    return (f(x) - f(x - h)) / h


def with_step(quotient, step):
    """Return a wrong quotient as an answer whose default step is the right one."""
    return lambda f, x, h=step: quotient(f, x, h)


def in_quotient(equation, step, *slips):
    """Return mistakes in a difference quotient, each given as number, sentence and wrong quotient."""
    return tuple(Mistake(number, says, equation, with_step(wrong, step)) for number, says, wrong in slips)


def in_step(equation, right, step):
    """Return mistakes in what h is: another default, or one that is never asked."""
    ignored = f"you always step by {step:g}: take the h that is given, and {step:g} only where none is."
    other = f"your default step is {{}}, and should be {step:g}: keep h={step:g} in the first line."
    return (
        Mistake(None, ignored, equation, lambda f, x, h=step: right(f, x, step)),
        *(Mistake(None, other.format(f"{h:g}"), equation, with_step(right, h)) for h in STEPS if h != step),
        *(Mistake(None, other.format("1e-07 or less"), equation, with_step(right, h)) for h in TINY),
    )


def right_of(value):
    """Write what to do about a missing pair of parentheses."""
    return f"your division takes in the last value alone: put the difference in parentheses, ({value}) / …"


FORWARD_MISTAKES = in_quotient(
    "eq-forward-difference",
    FORWARD_STEP,
    (None, "you step to both sides: a forward difference compares f(x + h) with f(x).", central),
    (None, "you step back: a forward difference compares f(x + h) with f(x), not f(x) with f(x − h).",
     backward),
    (None, "you divide by 2h: from x to x + h it is one step of h.", lambda f, x, h: forward(f, x, h) / 2),
    (None, "your difference is not divided by the step: a slope is rise over run.",
     lambda f, x, h: f(x + h) - f(x)),
    (None, "you multiply by the step: a slope is rise over run.", lambda f, x, h: (f(x + h) - f(x)) * h),
    (None, right_of("f(x + h) − f(x)"), lambda f, x, h: f(x + h) - f(x) / h),
    (None, "f(x) is not subtracted: the rise is f(x + h) − f(x).", lambda f, x, h: f(x + h) / h),
    (None, "you add the two values: the rise is their difference.", lambda f, x, h: (f(x + h) + f(x)) / h),
    ("M5", "the sign is reversed: the value at x is subtracted from the one at x + h.",
     lambda f, x, h: -forward(f, x, h)),
) + in_step("eq-forward-difference", forward, FORWARD_STEP)  # fmt: skip
ONE_SIDED = "a central difference steps to both sides, and compares f(x + h) with f(x − h)."
CENTRAL_MISTAKES = in_quotient(
    "eq-central-difference",
    CENTRAL_STEP,
    ("M74", f"yours is the forward difference: {ONE_SIDED}", forward),
    ("M74", f"yours is the backward difference: {ONE_SIDED}", backward),
    ("M74", f"yours is a forward difference with twice the step: {ONE_SIDED}",
     lambda f, x, h: forward(f, x, 2 * h)),
    ("M74", f"yours compares f(x + h) with f(x), and divides by 2h: {ONE_SIDED}",
     lambda f, x, h: forward(f, x, h) / 2),
    ("M75", "you divide by h: from x − h to x + h it is 2h.", lambda f, x, h: 2 * central(f, x, h)),
    (None, "you divide by 2 and multiply by h: / 2 * h is not / (2 * h).",
     lambda f, x, h: central(f, x, h) * h**2),
    (None, "your difference is divided by 2 and not by h: it is 2h from x − h to x + h.",
     lambda f, x, h: central(f, x, h) * h),
    (None, "your difference is not divided by the way from x − h to x + h, which is 2h.",
     lambda f, x, h: f(x + h) - f(x - h)),
    (None, "you step by h/2 to each side: step by h, and divide by 2h.",
     lambda f, x, h: central(f, x, h / 2)),
    (None, "you step by h/2 to each side, and divide by 2h: step by h.",
     lambda f, x, h: central(f, x, h / 2) / 2),
    (None, right_of("f(x + h) − f(x − h)"), lambda f, x, h: f(x + h) - f(x - h) / (2 * h)),
    (None, "you add the two values: the rise is their difference.",
     lambda f, x, h: (f(x + h) + f(x - h)) / (2 * h)),
    (None, "yours is the quotient of the second derivative: the first one has no f(x) in it.",
     lambda f, x, h: (f(x + h) - 2 * f(x) + f(x - h)) / h**2),
    ("M5", "the sign is reversed: the value at x − h is subtracted from the one at x + h.",
     lambda f, x, h: -central(f, x, h)),
) + in_step("eq-central-difference", central, CENTRAL_STEP)  # fmt: skip


def slope(u, v):
    """Return the slope of the least-squares line through points (u, v)."""
    u = u - u.mean()
    return u @ v / (u @ u)


def observed_order(hs, errors):
    return slope(np.log(hs), np.log(errors))  # eq-observed-order


def in_order(says, wrong):
    return Mistake(None, says, "eq-observed-order", wrong)


def in_logs(says, wrong):
    """Return a mistake in the slope of logarithms, by `wrong(log h, log error)`."""
    return in_order(says, lambda hs, errors: wrong(np.log(hs), np.log(errors)))


def ends(u, v):
    """Return the slope through the first point and the last."""
    return (v[-1] - v[0]) / (u[-1] - u[0])


def by_size(u, v):
    order = np.argsort(u)
    return u[order], v[order]


ALL = "a line of least squares uses all points at once."
ORDER_MISTAKES = (
    in_logs("your line is upside down: it is log error against log h, and not the other way round.",
            lambda u, v: slope(v, u)),
    in_order("the logarithms are missing: the order is a slope of log error against log h.", slope),
    in_order("the logarithm of h is missing: the order is a slope of log error against log h.",
             lambda hs, errors: slope(hs, np.log(errors))),
    in_order("the logarithm of the errors is missing: the order is a slope of log error against log h.",
             lambda hs, errors: slope(np.log(hs), errors)),
    in_order("your two logarithms have different bases: take the same one for both.",
             lambda hs, errors: slope(np.log10(hs), np.log(errors))),
    in_order("your two logarithms have different bases: take the same one for both.",
             lambda hs, errors: slope(np.log(hs), np.log10(errors))),
    in_logs(f"your line goes through the first point and the last: {ALL}", ends),
    in_logs(f"your line goes through the smallest step and the largest: {ALL}",
            lambda u, v: ends(*by_size(u, v))),
    in_logs(f"your line goes through the first two points: {ALL}", lambda u, v: ends(u[:2], v[:2])),
    in_logs(f"your line goes through the last two points: {ALL}", lambda u, v: ends(u[-2:], v[-2:])),
    in_logs(f"you average the slopes from each point to the next: {ALL}",
            lambda u, v: np.mean(np.diff(v) / np.diff(u))),
    in_logs(f"you average the slopes from each point to the next: {ALL}",
            lambda u, v: np.mean(np.diff(by_size(u, v)[1]) / np.diff(by_size(u, v)[0]))),
    in_logs("your line is forced through the origin: it has an intercept, the logarithm of the constant.",
            lambda u, v: u @ v / (u @ u)),
    in_logs("you average the ratios log error / log h: the order is a slope, and the line has an intercept.",
            lambda u, v: np.mean(v / u)),
    in_logs("yours is the intercept of the line: the order is its slope.",
            lambda u, v: v.mean() - slope(u, v) * u.mean()),
    in_logs("yours is the correlation of the logarithms: the order is the slope of the line.",
            lambda u, v: np.corrcoef(u, v)[0, 1]),
    in_logs("the sign is reversed: the error of a good formula falls with h, and its order is positive.",
            lambda u, v: -slope(u, v)),
)  # fmt: skip
