"""ps06_gradient_check: numbers against formulas, and tests that find what is wrong in a program."""

from functools import partial

from bpkit import gradcheck

from ..question import Question
from ..scoring import SHAPED, Part
from .blind_tests import EXPOSE_MISTAKES, TELL_MISTAKES, is_exposed, tell
from .draws_checks import (
    BY_DEFAULT,
    BY_TOLERANCE,
    ONE,
    SEVERAL,
    STEP,
    VANISHING,
    draw_checked,
    draw_pairs_of_arrays,
    draw_perturbed,
)
from .draws_located import HIGHEST, NAN, RELATIVE_ONLY, SHAPES, draw_located, draw_programs
from .programs import FAULTY_PROGRAMS, NAMED_PROGRAMS, RIGHT_PROGRAMS
from .ps05_backprop import about
from .slips_checks import CHECK_MISTAKES, LOCATE_MISTAKES
from .slips_errors import ERROR_MISTAKES
from .slips_quotients import QUOTIENT_MISTAKES
from .verdicts import (
    FAULTY_ONE,
    RIGHT_ONE,
    compare_errors,
    compare_names,
    compare_verdicts,
    where_right_ones_pass,
)

ERRORS, VERDICTS = (lambda path: path[-1] == 0), (lambda path: path[-1] == 1)


def numerical_gradients(loss_fn, W, b, h=1e-5):
    return gradcheck.numerical_gradients(loss_fn, W, b, partial(gradcheck.central_difference, h=h))


def relative_error(a, b):
    return gradcheck.relative_error(a, b)


def gradient_check(loss_fn, W, b, dW, db, tolerance=1e-6):
    checked = {}
    for letter, given, numeric in zip("Wb", (dW, db), numerical_gradients(loss_fn, W, b), strict=True):
        for l in given:
            error = relative_error(given[l], numeric[l])  # eq-relative-error
            checked[letter, l] = error, error < tolerance
    return checked


def locate_fault(dW, db, dW_true, db_true):
    def is_right(a, b):
        return a.shape == b.shape and relative_error(a, b) <= 1e-6  # which nan is not

    faulty = [l for l in dW_true if not (is_right(dW[l], dW_true[l]) and is_right(db[l], db_true[l]))]
    return max(faulty, default=None)


def diagnose(backward):
    return tell(backward)


def expose(backward):
    return is_exposed(backward)


def programs(points, faulty):
    """Return the part and the draw of a question about programs."""
    tags = FAULTY_ONE, RIGHT_ONE
    part = Part(points, tags, share=where_right_ones_pass)
    return {"faulty programs, where the right ones pass": part}, draw_programs(
        (RIGHT_ONE, RIGHT_PROGRAMS), (FAULTY_ONE, faulty)
    )


QUESTIONS = (
    Question(
        "numerical_gradients",
        {
            "dW": Part(1.25, (ONE, SEVERAL), about("dW")),
            "db": Part(0.75, (ONE, SEVERAL), about("db")),
            "a given h": Part(1.25, (STEP,)),
            SHAPED: Part(0.75),
        },
        "eq-central-difference",
        draw_perturbed,
        numerical_gradients,
        ("dW", "db"),
        QUOTIENT_MISTAKES,
        probe="restored",
    ),
    Question(
        "relative_error",
        {
            "arrays": Part(0.75, ("arrays",)),
            "arrays of any scale": Part(0.5, ("arrays of any scale",)),
            "where one or both vanish": Part(0.5, ("where one or both vanish",)),
            SHAPED: Part(0.25),
        },
        "eq-relative-error",
        draw_pairs_of_arrays,
        relative_error,
        None,
        ERROR_MISTAKES,
    ),
    Question(
        "gradient_check",
        {
            "the errors": Part(1.25, about=ERRORS),
            "ok by the default tolerance": Part(0.5, (BY_DEFAULT,), VERDICTS),
            "ok by a given tolerance": Part(0.5, (BY_TOLERANCE,), VERDICTS),
            VANISHING: Part(0.25, (VANISHING,), VERDICTS),
            SHAPED: Part(0.5),
        },
        "eq-relative-error",
        draw_checked,
        gradient_check,
        None,
        CHECK_MISTAKES,
        compare=compare_errors,
        probe="restored",
    ),
    Question(
        "locate_fault",
        {
            HIGHEST: Part(1.25, (HIGHEST,)),
            RELATIVE_ONLY: Part(0.5, (RELATIVE_ONLY,), equation="eq-relative-error"),
            SHAPES: Part(0.5, (SHAPES,), equation="eq-relative-error"),
            NAN: Part(0.5, (NAN,), equation="eq-relative-error"),
            SHAPED: Part(0.25),
        },
        "eq-delta-hidden",
        draw_located,
        locate_fault,
        None,
        LOCATE_MISTAKES,
    ),
    Question(
        "diagnose",
        programs(4, NAMED_PROGRAMS)[0],
        "eq-delta-hidden",
        programs(4, NAMED_PROGRAMS)[1],
        diagnose,
        None,
        TELL_MISTAKES,
        compare=compare_names,
        again=False,
    ),
    Question(
        "expose",
        programs(4, FAULTY_PROGRAMS)[0],
        "eq-relative-error",
        programs(4, FAULTY_PROGRAMS)[1],
        expose,
        None,
        EXPOSE_MISTAKES,
        compare=compare_verdicts,
        again=False,
    ),
)
