"""Drawn letters look like themselves, and vowels ring where their formants are."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from bpkit.data import FORMANTS, VOWEL_RATE, letters, log_spectra, vowel_sound, vowels


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("size", [8, 16, 28])
def test_letters_are_balanced_images_from_paper_to_ink(size):
    drawn = letters(26 * 4, rng(), size)

    assert drawn.x.shape == (size**2, 104) and drawn.y.shape == (26, 104)
    assert_array_equal(np.bincount(drawn.labels), 4)
    assert drawn.x.min() == 0 and 0.9 < drawn.x.max() <= 1
    assert "".join(drawn.names) == "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_letters_correlate_more_with_their_own_mean_than_with_others():
    model, drawn = letters(2600, rng(1)), letters(260, rng(2))

    means = model.x @ model.y.T / model.y.sum(axis=1)
    likeness = np.corrcoef(np.hstack([means, drawn.x]), rowvar=False)[26:, :26]
    by_letter = drawn.y @ likeness / drawn.y.sum(axis=1, keepdims=True)
    assert_array_equal(by_letter.argmax(axis=1), np.arange(26))
    assert (likeness.argmax(axis=1) == drawn.labels).mean() > 0.7


def test_letters_stand_upright_and_unmirrored():
    drawn = letters(520, rng(), noise=0, rotation=0)

    L, P, T = (drawn.x[:, drawn.labels == k].mean(axis=1).reshape(16, 16) for k in (11, 15, 19))
    assert L[9:].sum() > L[:7].sum() and L[:, :7].sum() > L[:, 9:].sum()
    assert P[:7].sum() > P[9:].sum() and T[:7].sum() > T[9:].sum()


def test_letters_are_the_same_for_the_same_generator_and_others_for_another():
    one, same, other = (letters(30, rng(seed)) for seed in (5, 5, 6))

    assert_array_equal(one.x, same.x)
    assert_array_equal(one.labels, same.labels)
    assert (one.x != other.x).any()


def test_letters_turn_by_no_more_than_they_should():
    straight, turned = (letters(520, rng(), noise=0, rotation=angle) for angle in (0, 45))

    assert len(np.unique(straight.x, axis=1).T) <= 6 * 26
    assert len(np.unique(turned.x, axis=1).T) == 520


def test_letters_keep_all_their_ink_inside_the_image():
    for rotation in (0, 20, 45):
        drawn = letters(520, rng(), size=32, noise=0, rotation=rotation)
        border = np.ones((32, 32), dtype=bool)
        border[1:-1, 1:-1] = False

        assert (drawn.x > 0.5).any(axis=0).all()
        assert drawn.x[border.ravel()].sum(axis=0).max() < 10


def test_letter_noise_is_clipped_to_paper_and_ink():
    clean, noisy = (letters(200, rng(), noise=s) for s in (0, 0.2))

    grey = (clean.x > 0.4) & (clean.x < 0.6)
    assert_allclose((noisy.x - clean.x)[grey].std(), 0.2, rtol=0.15)
    assert noisy.x.min() == 0 and noisy.x.max() == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"m": 0}, "m is 0"),
        ({"rng": 7}, r"Write np.random.default_rng\(7\)."),
        ({"size": 7}, "size is 7, but should be a whole number of at least 8."),
        ({"noise": 2}, "noise is 2"),
        ({"rotation": 46}, "rotation is 46, but should be a number from 0 to 45."),
    ],
)
def test_letters_refuse_what_they_cannot_draw(options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        letters(**{"m": 5, "rng": rng(), **options})


def spectrum_peaks(sound):
    """Return the frequencies in Hz at which the harmonics of a sound are stronger than their neighbours."""
    strength = np.abs(np.fft.rfft(sound * np.hanning(sound.size)))
    harmonics = strength[:: round(50 * sound.size / VOWEL_RATE)]  # the pitch is 50 Hz
    inner = harmonics[2:-1]  # the first has the whole strength of the voice
    return 50 * (2 + np.flatnonzero((inner > harmonics[1:-2]) & (inner > harmonics[3:])))


def test_formants_rise_from_men_to_women_to_children():
    table = np.array(list(FORMANTS.values()))

    assert table.shape == (10, 3, 4)
    assert (np.diff(table, axis=1) > 0).all() and (np.diff(table, axis=2) > 0).all()
    assert_array_equal(table[0], [[136, 270, 2290, 3010], [235, 310, 2790, 3310], [272, 370, 3200, 3730]])
    assert_array_equal(table[7, :, 1:3], [[300, 870], [370, 950], [430, 1170]])


@pytest.mark.parametrize("speaker", ["man", "woman", "child"])
@pytest.mark.parametrize("vowel", FORMANTS)
def test_vowels_ring_where_their_formants_are(vowel, speaker):
    wanted = np.array(FORMANTS[vowel][("man", "woman", "child").index(speaker)][1:])

    peaks = spectrum_peaks(vowel_sound(vowel, speaker, seconds=1, pitch=50))

    assert len(peaks) == 3
    assert_allclose(peaks, wanted, atol=60)  # harmonics are 50 Hz apart


def test_vowel_sounds_repeat_at_their_pitch():
    sound = vowel_sound("hod", "woman", seconds=0.2, pitch=250)

    period = VOWEL_RATE // 250
    assert sound.size == 2000 and np.abs(sound).max() == 1
    assert_allclose(sound[period:], sound[:-period], atol=1e-9)
    assert np.abs(sound[period // 2 :] - sound[: -(period // 2)]).max() > 0.5


def test_vowel_sounds_take_the_average_pitch_of_their_speaker():
    sound = vowel_sound("heed", "child", seconds=1)

    strength = np.abs(np.fft.rfft(sound))
    assert np.flatnonzero(strength > strength.max() / 10)[0] == FORMANTS["heed"][2][0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"vowel": "hoed"}, "vowel is 'hoed', but should be one of: heed, hid,"),
        ({"speaker": "robot"}, "speaker is 'robot', but should be one of: man, woman, child."),
        ({"vowel": "hed"}, r"vowel is 'hed', but .* Did you mean 'heed'\?$"),
        ({"speaker": "men"}, r"one of: man, woman, child. Did you mean 'man'\?$"),
        ({"speaker": 1}, "speaker is 1, but"),
        ({"seconds": 0}, "seconds is 0"),
        ({"pitch": 5}, "pitch is 5, but should be a number from 40 to 1000."),
    ],
)
def test_vowel_sounds_refuse_what_they_cannot_say(options, message):
    with pytest.raises(ValueError, match=message):
        vowel_sound(**{"vowel": "heed", **options})


def test_vowels_are_balanced_spectra_and_the_same_for_the_same_generator():
    one, same = (vowels(50, rng(4), bands=24) for _ in range(2))

    assert one.x.shape == (24, 50) and one.y.shape == (10, 50)
    assert_array_equal(np.bincount(one.labels), 5)
    assert_array_equal(one.x, same.x)
    assert one.names == tuple(FORMANTS)
    assert_array_equal(one.x.max(axis=0), 1)
    assert one.x.min() >= 0


def test_vowels_without_spread_and_noise_are_those_of_the_average_speakers():
    drawn, met = vowels(30, rng(), spread=0, noise=0), set()

    for x, label in zip(drawn.x.T, drawn.labels, strict=True):
        sounds = [vowel_sound(drawn.names[label], who, 0.0512) for who in ("man", "woman", "child")]
        averages = [log_spectra(s, VOWEL_RATE, 1, 32, 0.0512)[:, 0] for s in sounds]
        errors = [np.abs(x - average).max() for average in averages]
        assert min(errors) < 1e-9
        met.add(np.argmin(errors))
    assert met == {0, 1, 2}


def test_vowels_are_told_apart_by_their_nearest_neighbour():
    known, asked = vowels(600, rng(1)), vowels(200, rng(2))

    nearest = ((asked.x[:, :, None] - known.x[:, None]) ** 2).sum(axis=0).argmin(axis=1)
    right = (known.labels[nearest] == asked.labels).mean()
    assert 0.75 < right < 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"m": 0}, "m is 0"),
        ({"rng": None}, "rng is None"),
        ({"bands": 500}, "bands is 500, too many"),
        ({"spread": 1}, "spread is 1, but should be a number from 0 to 0.2."),
        ({"noise": -1}, "noise is -1"),
    ],
)
def test_vowels_refuse_what_they_cannot_draw(options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        vowels(**{"m": 5, "rng": rng(), **options})
