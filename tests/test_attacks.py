"""Notebooks built to be paid for nothing, or to break grading: at each level of the sandbox none gains."""

import functools
import sys
from dataclasses import replace

import pytest
from attacks import ATTACKS, classroom, container, stock
from attacks.attack import CANARY, RIGHT, Attack
from attacks.classroom import HONEST, LIMITS, MISTAKEN, SECRETS, Graded, promised

from bpkit.grading.sandbox.levels import LEVELS

PAIRS = [(level, attack) for level in LEVELS for attack in promised(level)]
NAMES = [f"{level}-{attack.name}" for level, attack in PAIRS]
FAMILIES = {attack.family for attack in ATTACKS}
PAID_BY_STOCK = ("comparisons always true", "exceptions swallowed")
WORKS_WITHOUT_WALLS = (
    "imports the reference",
    "answers of a neighbour",
    "gradebook written",
    "daemon",
    "calls out",
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Return a function that grades a class of all attacks that a level promises to stop, once a level."""
    if container.refusal():
        pytest.skip(container.refusal())

    @functools.cache
    def grade(level):
        refusal = classroom.offered(level)
        return refusal or classroom.grade(tmp_path_factory.mktemp(level), promised(level), level, workers=2)

    def grade_or_skip(level):
        result = grade(level)
        return pytest.skip(result) if isinstance(result, str) else result

    return grade_or_skip


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, graded):
    """The honest students, graded without anybody else."""
    return classroom.grade(tmp_path_factory.mktemp("undisturbed"), [], "process")


@pytest.mark.parametrize(("level", "attack"), PAIRS, ids=NAMES)
def test_attack_gains_nothing(level, attack, graded):
    assert graded(level).gained(attack) == [], f"{attack.gain} {attack.seen}"


@pytest.mark.parametrize("level", LEVELS)
def test_class_is_graded_to_its_end(level, graded):
    result = graded(level)

    assert result.found.code == 0, result.found.err
    assert result.found.err == ""
    assert set(result.verdicts) == {attack.student for attack in promised(level)} | set(HONEST)


@pytest.mark.parametrize("level", LEVELS)
def test_honest_students_get_what_they_get_alone(level, graded, undisturbed):
    result = graded(level)

    assert (result.points(RIGHT), result.points(MISTAKEN)) == (20, 16)
    assert {name: result.verdicts[name] for name in HONEST} == undisturbed.verdicts


@pytest.mark.parametrize("level", LEVELS)
def test_nothing_is_left_behind_and_nothing_gets_out(level, graded):
    found = graded(level).found

    assert found.left == []
    assert found.heard == []


@pytest.mark.parametrize("level", LEVELS)
def test_no_process_grows_beyond_the_limit_of_a_submission(level, graded):
    assert graded(level).found.peak < 1.25 * LIMITS["memory"]


def test_attacks_are_many_and_of_every_family():
    assert len(ATTACKS) >= 60
    assert (
        len({attack.student for attack in ATTACKS})
        == len({attack.mark for attack in ATTACKS})
        == len(ATTACKS)
    )
    assert classroom.PROCESS_STOPS < FAMILIES
    assert len(FAMILIES) >= 18


def test_attacks_that_need_walls_work_without_them(graded, tmp_path):
    chosen = [attack for attack in ATTACKS if attack.name in WORKS_WITHOUT_WALLS]
    result = classroom.grade(tmp_path, chosen, "process")

    assert len(chosen) == len(WORKS_WITHOUT_WALLS)
    assert [attack.name for attack in chosen if not result.gained(attack)] == []
    assert result.found.heard


def test_attacks_are_paid_by_stock_nbgrader(graded, tmp_path):
    chosen = [attack for attack in ATTACKS if attack.name in PAID_BY_STOCK]
    stock.new_course(tmp_path / "course")

    outcome = stock.grade(tmp_path / "course", tmp_path / "run", chosen)

    assert outcome.found.code == 0, outcome.found.err
    assert outcome.scores == {attack.student: 20 for attack in chosen} | {RIGHT: 20}


def test_gains_are_seen():
    attack = Attack(name="planted", family="planted", gain="points")
    found = container.Found(0, 1.0, 0, [f"{attack.mark}: sleep"], [], [], [], "", "")
    verdict = {"score": 1.0, "message": "f: your code raised a FloatingPointError."}
    written = {"planted": f"The seed is {SECRETS['the seed']}."}

    assert len(Graded({"planted": {"f": verdict}}, written, found).gained(attack)) == 4
    assert Graded({}, written, found).gained(attack) == ["There is no verdict on it."]
    clean = replace(found, processes=[])
    assert (
        Graded({"planted": {"f": {"score": 0.0, "message": ""}}}, {"planted": ""}, clean).gained(attack) == []
    )


LEAVES = f"""
import ctypes, os, socket, subprocess
open("/tmp/mk00000000", "w"); open("/dev/shm/mk00000001", "w")
open(os.environ["HOME"] + "/left", "w"); open("here", "w")
ctypes.CDLL(None).shmget(77, 4096, 0o1666)
subprocess.Popen(["sleep", "60"], start_new_session=True)
socket.create_connection(("127.0.0.1", {CANARY})).close()
"""


def test_leftovers_are_seen(graded, tmp_path):
    (tmp_path / "home").mkdir()
    places = {"cwd": tmp_path / "home", "environment": {"HOME": str(tmp_path / "home")}}
    command = [sys.executable, "-c", LEAVES]

    found = container.run(command, tmp_path / "ward", watched=[tmp_path / "home"], **places)

    assert found.code == 0, found.err
    assert [name.split(":")[0] for name in found.processes] == ["sleep"]
    assert {path.rsplit("/", 1)[1] for path in found.files} == {"mk00000000", "mk00000001", "left", "here"}
    assert found.segments == ["shm 77"]
    assert found.heard[0] == "a connection"


def test_commands_that_do_not_end_are_ended(graded, tmp_path):
    found = container.run(["sleep", "60"], tmp_path, cwd=tmp_path, environment={}, seconds=0.2)

    assert found.code is None
    assert found.processes == []
