"""The catalogue in Markdown, as the pages of the book show it: lines of tables and of definitions."""

import re

from . import CATALOGUE
from .clinic import PASSED, REFUSED, STOPS
from .trial import NETWORKS, SEEDS, falls, left_by_the_right_pass

WORDS = {
    "half_squared_error": "half squared error",
    "binary_cross_entropy": "binary cross-entropy",
    "cross_entropy": "cross-entropy",
}


def marked_up(text):
    """Return text with raised and lowered indices, safe within a table.

    >>> marked_up("δ^(l) is |W| times n_(l−1)")
    'δ<sup>(l)</sup> is \\\\|W\\\\| times n<sub>l−1</sub>'
    """
    text = re.sub(r"\^\(([^)]*)\)", r"<sup>(\1)</sup>", text).replace("|", r"\|")
    return re.sub(r"_\(([^)]*)\)", r"<sub>\1</sub>", text)


def table(head, rows):
    """Return the lines of a table."""
    lines = [" | ".join(cells) for cells in (head, ["---"] * len(head), *rows)]
    return [f"| {line} |" for line in lines]


def link(number):
    return f"[{number}](#{number.lower()})"


def definitions(section, trials=()):
    """Return a section of the catalogue: for each mistake its code, its effect, its run and its trace."""
    lines = []
    for entry in section:
        tried = [trial for trial in trials if trial.number == entry.number]
        lines += [
            f"({entry.number.lower()})=",
            f"{entry.number} · {marked_up(entry.name)}",
            f": {marked_up(entry.code)}",
            f": {marked_up(entry.gradient)}",
            *([f": *Does the loss still fall?* {still_falls(tried)}."] if tried else []),
            f": *To see it:* {marked_up(entry.see)}",
            "",
        ]
    return lines


def still_falls(tried):
    """Say what became of the loss, once for all versions that did the same."""
    told = dict.fromkeys(map(outcome, tried))
    return ("by version: " if len(told) > 1 else "") + "; ".join(told)


def outcome(trial):
    """Say what became of a wrong pass.

    >>> from .trial import Trial
    >>> outcome(Trial("M1", "", "A", "", left=(0.5,) * 5))
    'in 5 of 5 runs'
    >>> outcome(Trial("M1", "", "A", "it raises", left_at_equal_widths=(1.0,) * 5))
    'it raises; with equal widths in none of 5 runs'
    """
    if not trial.stops:
        return share(trial.left)
    if not trial.left_at_equal_widths:
        return trial.stops
    return f"{trial.stops}; with equal widths {share(trial.left_at_equal_widths)}"


def share(ratios):
    return f"in {falls(ratios) or 'none'} of {SEEDS} runs"


def networks():
    """Return the table of the networks that the passes run on, with what the right pass does there."""
    head = ["network", "layers 1, 2, 3", "loss", "with the right pass the loss falls"]
    rows = [
        [name, ", ".join(f), WORDS[loss], share(left_by_the_right_pass(name))]
        for name, (f, loss) in NETWORKS.items()
    ]
    return table(head, rows)


def runs(trials):
    """Return the table of the wrong passes: what they compute, how far off it is, and what the loss does."""
    head = ["mistake", "what is told", "network", "distance", "does the loss still fall?"]
    rows = [
        [
            link(trial.number),
            marked_up(trial.reads),
            trial.network,
            "–" if trial.stops else distance(trial.distance),
            outcome(trial),
        ]
        for trial in trials
    ]
    return table(head, rows)


def verdicts(found):
    """Return the table of the checks: how many wrong passes stop there, are refused, and pass."""
    words = STOPS, REFUSED, PASSED
    return table(
        ["check", *words],
        [[name, *(str(said.count(word)) for word in words)] for name, said in found.items()],
    )


def distance(number):
    """Write a distance with two digits.

    >>> distance(0.6584), distance(0.00172), distance(1.0)
    ('0.66', '0.0017', '1.00')
    """
    return f"{number:.2f}" if number >= 0.1 else f"{number:#.2g}"


def by_question(facts):
    """Return the table of the questions: how many mistakes each knows, catches and names."""
    head = ["set", "question", "points", "caught, named", "points lost"]
    groups = grouped(facts, lambda fact: (fact.set_name, fact.question, fact.points))
    rows = [
        [set_name, f"`{question}`", f"{points:g}", counts(some), lost(some)]
        for (set_name, question, points), some in groups.items()
    ]
    return table(head, [*rows, ["all", "", "", counts(facts), ""]])


def by_mistake(facts):
    """Return the table of the mistakes: each with the questions that know it, and the points lost there."""
    head = ["mistake", "caught, named", "where, and points lost"]
    ordered = sorted(facts, key=lambda fact: int(fact.number[1:]) if fact.number else 1000)  # the rest last
    rows = [
        [called(number), counts(some), ", ".join(where(some))]
        for number, some in grouped(ordered, lambda fact: fact.number).items()
    ]
    return table(head, rows)


def called(number):
    """Return a mistake's number and name, with the way to its place in the catalogue."""
    if number is None:
        return "without a number"
    return f"{link(number)} {marked_up(CATALOGUE[number].name)}"


def where(facts):
    """Yield each question with the points that are lost there."""
    for question, some in grouped(facts, lambda fact: fact.question).items():
        yield f"`{question}`\N{NO-BREAK SPACE}{lost(some)}"


def lost(facts):
    """Return the points that are lost, from the least to the most.

    >>> from .caught import Caught
    >>> lost([Caught("", "", None, "", points, 4.0, True) for points in (2.5, 1.0)])
    '1–2.5'
    """
    least, most = (f"{pick(fact.lost for fact in facts):g}" for pick in (min, max))
    return least if least == most else f"{least}–{most}"


def counts(facts):
    """Say how many versions lose points and how many are named, of how many there are.

    >>> from .caught import Caught
    >>> counts([Caught("", "", None, "", 1.0, 4.0, named) for named in (True, False)])
    '2, 1 of 2'
    """
    return f"{sum(f.lost > 0 for f in facts)}, {sum(f.named for f in facts)} of {len(facts)}"


def grouped(facts, key):
    """Return {key: facts}, in the order in which the keys come."""
    groups = {}
    for fact in facts:
        groups.setdefault(key(fact), []).append(fact)
    return groups
