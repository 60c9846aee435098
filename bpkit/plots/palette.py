"""The colours of every figure, each with its twin for a dark page, told apart by colour-blind readers."""

INK = "#1f2328"
PAPER = "#ffffff"
GREY = "#5c636b"
FAINT = "#d4d9df"
BLUE = "#0a5ea8"
ORANGE = "#b84a00"
GREEN = "#00795c"
PURPLE = "#8a2f8f"
SKY = "#d6e8f8"
SAND = "#fbe3cf"

DARK = {
    INK: "#e8ecf1",
    PAPER: "#121212",
    GREY: "#a3abb5",
    FAINT: "#3a4047",
    BLUE: "#6db3f8",
    ORANGE: "#ffa45c",
    GREEN: "#37c79d",
    PURPLE: "#dba2f2",
    SKY: "#17344f",
    SAND: "#4d2c12",
}
LINES = (BLUE, ORANGE, GREEN, PURPLE)
DASHES = ("-", (0, (5, 2)), (0, (5, 2, 1, 2)), (0, (1, 1.5)))
