"""What runs in each of the runner's processes; it imports little, for every process imports it anew."""

import atexit
import signal

from .questions import questions_of
from .sandbox.process import Sandbox
from .submission import grade_submission

worker = {}  # what a worker process keeps between submissions


def start_worker(released, set_name, seed):
    """Start a worker's warm process; an interrupt is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    questions = list(questions_of(set_name).values())
    worker.update(sandbox=Sandbox().__enter__(), released=released, questions=questions, seed=seed)
    atexit.register(worker["sandbox"].__exit__)


def grade_one(data):
    return grade_submission(worker["sandbox"], data, worker["released"], worker["questions"], worker["seed"])
