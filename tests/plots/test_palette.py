"""The colours: readable on both pages, and told apart by colour-blind readers."""

import numpy as np
import pytest

from bpkit.plots import palette

# Machado, Oliveira and Fernandes (2009), severity 1, for linear rgb
BLINDNESS = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
LETTERS = (palette.INK, palette.GREY, *palette.LINES)
TONES = {"light": lambda color: color, "dark": palette.DARK.get}


def linear_rgb(color):
    rgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    light, dark = sorted((linear_rgb(c) @ [0.2126, 0.7152, 0.0722] for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb):
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ rgb
    f = np.cbrt(np.clip(xyz / [0.9505, 1, 1.089], 0, None))
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def seen_difference(one, other, blindness):
    seen = [lab(np.array(blindness) @ linear_rgb(color)) for color in (one, other)]
    return np.linalg.norm(seen[0] - seen[1])


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("color", LETTERS)
def test_letters_have_contrast_with_the_page(tone, color):
    assert contrast(TONES[tone](color), TONES[tone](palette.PAPER)) >= 4.5


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("fill", [palette.SKY, palette.SAND, palette.FAINT])
def test_letters_have_contrast_with_marked_cells(tone, fill):
    assert contrast(TONES[tone](palette.INK), TONES[tone](fill)) >= 4.5


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_signs_are_told_apart_by_everyone(tone, blindness):
    colors = [TONES[tone](color) for color in (palette.BLUE, palette.ORANGE)]

    assert seen_difference(*colors, BLINDNESS[blindness]) > 25


def test_difference_notices_colors_that_are_confused():
    assert seen_difference("#b84a00", "#6b6b00", BLINDNESS["protanopia"]) < 25


def test_every_color_has_a_twin_and_twins_are_no_light_colors():
    named = {value for name, value in vars(palette).items() if name.isupper() and isinstance(value, str)}

    assert named == set(palette.DARK)
    assert not set(palette.DARK.values()) & named


def test_each_line_has_its_own_dashes():
    assert len(set(palette.DASHES)) == len(set(palette.LINES)) == len(palette.DASHES)
