"""Submissions in their turn: a few on the way to workers, and tried again where a worker ended."""

from collections import deque
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass

from .course import CourseError
from .handed_in import Submission
from .worker import WorkerEnded

LOOK = 0.2  # seconds until the caller has a turn too, whatever is finished
STRIKES = 2  # workers that a submission may end


@dataclass(slots=True)
class Turn:
    """A submission on its way."""

    submission: Submission
    key: str = ""  # hash of all that its verdict rests on, once it was read
    shown: bool = False  # it is judged, and only its pages are made again
    strikes: int = 0

    @property
    def amiss(self):
        return "It ended the grader's process twice." if self.strikes >= STRIKES else ""


def take_turns(team, setup, turns, task_of):
    """Send submissions to workers, and get them back.

    Parameters
    ----------
    team : Processes or Cluster
    setup : Setup
    turns : list of Turn
    task_of : callable
        Takes a Turn, and whether the workers write files themselves; returns its Task.

    Yields
    ------
    list of (Turn, Result)
        What has come back since; also where that is nothing.
    """
    waiting, on_the_way = deque(turns), {}
    while waiting or on_the_way:
        while waiting and len(on_the_way) < team.room:
            turn = waiting.popleft()
            on_the_way[team.submit(setup, task_of(turn, team.at_home))] = turn
        done, _ = wait(on_the_way, LOOK, FIRST_COMPLETED)
        back = [(on_the_way.pop(future), future) for future in list(on_the_way) if future in done]
        finished = [(turn, result_of(team, turn, future)) for turn, future in back]
        waiting.extendleft(turn for turn, result in finished if result is None)
        yield [(turn, result) for turn, result in finished if result is not None]


def result_of(team, turn, future):
    """Return a turn's result, or None where its worker ended and it goes back to wait."""
    try:
        return team.result(future)
    except WorkerEnded as ended:
        turn.strikes += ended.at_work
    if turn.strikes > 2 * STRIKES:
        raise CourseError(
            "The grader's workers end before they have done anything. Look at what they lack: memory, or "
            "a package (bpkit doctor)."
        )
    return None
