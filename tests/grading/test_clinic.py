"""The clinic: what the cheap checks say, and the sheets that its patients' diagnoses are read from."""

import numpy as np
import pytest

from bpkit import gradcheck
from bpkit.grading.catalogue import CATALOGUE, clinic, trial
from bpkit.grading.catalogue.clinic import LUCKY, PASSED, PATIENTS, REFUSED, STOPS

ARRAYS = ["dW[1]", "dW[2]", "dW[3]", "db[1]", "db[2]", "db[3]"]


def way(number, reads="your"):
    return clinic.pass_of(number, reads)


@pytest.fixture(scope="module")
def tried():
    return trial.trials()


@pytest.fixture(scope="module")
def found(tried):
    return clinic.findings(tried)


@pytest.mark.parametrize("name", [LUCKY, *clinic.VISITS, *trial.NETWORKS])
def test_right_pass_passes_every_check_of_gradients(name):
    assert clinic.gradient_check(trial.right, name) == PASSED
    assert clinic.mean_of_samples(trial.right, name) == PASSED


def test_lucky_network_has_every_convenience():
    W, b, x, y, f, _ = clinic.lucky()

    assert {w.shape for w in W.values()} == {(1, 1)} and x.shape == y.shape == (1, 1)
    assert not any(v.any() for v in b.values())
    assert set(f.values()) == {"relu", "identity"}


def test_checks_stop_where_shapes_do_not_fit():
    assert clinic.gradient_check(way("M15"), "A") == clinic.mean_of_samples(way("M38"), "A") == STOPS


@pytest.mark.parametrize(("number", "verdict"), [("M14", PASSED), ("M48", REFUSED), ("M40", REFUSED)])
def test_mean_of_samples_finds_what_is_wrong_with_the_batch(number, verdict):
    assert clinic.mean_of_samples(way(number), "A") == verdict
    assert clinic.gradient_check(way(number), "A") == REFUSED


def test_lucky_network_hides_transposes_slopes_and_means():
    assert {clinic.gradient_check(way(number), LUCKY) for number in ("M15", "M18", "M48")} == {PASSED}


@pytest.mark.slow
def test_passes_are_found_again_by_number_and_reading(tried):
    keys = [(t.number, t.reads) for t in tried]

    assert len(set(keys)) == len(keys)
    for t in tried:
        assert (
            trial.stopped(clinic.pass_of(t.number, t.reads), trial.drawn(t.network, trial.SIZES, 0))
            == t.stops
        )


@pytest.mark.slow
def test_good_networks_pass_nothing_and_the_lucky_one_more_than_the_loss(found):
    passed = {name: verdicts.count(PASSED) for name, verdicts in found.items()}

    assert passed["gradient check, A to F"] == 0
    assert (
        passed["gradient check, network A"]
        < passed["the loss falls"]
        < passed["gradient check, lucky network"]
    )
    assert {len(verdicts) for verdicts in found.values()} == {len(trial.trials())}


@pytest.mark.slow
def test_remedies_tell_the_families_apart(tried):
    vanishing = clinic.vanishing(tried)

    assert vanishing["one sample"] == ["M40", "M47", "M48", "M49"]
    assert {"M14", "M18", "M37"} <= set(vanishing["linear hidden"])
    assert {"M1", "M3", "M10"} <= set(vanishing["linear output"])
    assert clinic.factors(tried) == ["M5", "M6", "M7", "M48", "M49"]


@pytest.mark.parametrize("patient", PATIENTS)
def test_patients_have_a_place_in_the_catalogue_and_are_wrong(patient):
    number, _ = PATIENTS[patient]

    assert number in CATALOGUE
    assert clinic.gradient_check(clinic.pass_of(*PATIENTS[patient]), "A") == REFUSED


def sheet(patient):
    """Return {array: its cells} of a patient's sheet."""
    first, second, *rows = clinic.sheet(patient)
    assert first.split() == ["as", "one", "linear", "linear", "ratio"]
    assert second.split() == ["drawn", "sample", "hidden", "output"]
    return {row.split()[0]: row.split()[1:] for row in rows}


def right_at(patient, visit):
    """Return the arrays that are right at one visit."""
    column = clinic.VISITS.index(visit)
    return [name for name, cells in sheet(patient).items() if cells[column] == "right"]


def test_sheets_show_what_the_diagnoses_say():
    weights, last = ARRAYS[:3], ["dW[3]", "db[3]"]

    assert right_at(1, "as drawn") == weights and right_at(1, "one sample") == ARRAYS
    assert {cells[-1] for name, cells in sheet(1).items() if name not in weights} == {"0.143"}
    assert right_at(2, "as drawn") == ["dW[1]", *ARRAYS[3:]] and right_at(2, "linear hidden") == ARRAYS
    assert right_at(3, "as drawn") == last and right_at(3, "linear hidden") == ARRAYS
    assert right_at(4, "as drawn") == [] and right_at(4, "one sample") == ARRAYS
    assert right_at(5, "as drawn") == [] and right_at(5, "linear output") == ARRAYS
    assert [cells[-1] for cells in sheet(6).values()] == ["0.5"] * 6


def test_mean_over_the_outputs_is_a_third_with_three_outputs():
    given = trial.drawn("A", (3, 5, 4, 3), 0)
    u, v = (trial.flat(*trial.gradients(p, *given)) for p in (clinic.pass_of(*PATIENTS[6]), trial.right))

    np.testing.assert_allclose(u, v / 3)


def test_slope_that_is_missing_divides_to_one():
    W, b, x, y, f, loss = clinic.visit("as drawn")
    wrong = clinic.pass_of(*PATIENTS[3])
    z, a = trial.mlp.forward(W, b, x, f)
    delta3 = trial.mlp.output_delta(z[3], y, f[3], loss)

    np.testing.assert_allclose(
        wrong(W, z, a, y, f, loss)[1][2], (W[3].T @ delta3).mean(axis=1, keepdims=True)
    )
    assert gradcheck.relative_error(*trial.both(wrong, "A", 0)) > 0.1
