"""Workers of a Dask cluster: of one that is there, through its scheduler, or of a local one."""

import asyncio
import logging
import pickle
import time
import warnings
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager

from .course import CourseError
from .processes import AHEAD, cores, without_interrupts
from .worker import WorkerEnded

CONNECT = 10  # seconds in which a scheduler answers, and has a worker
LONELY = 60  # seconds that a run waits for new workers when the last has gone
LOOK = 1  # seconds between two looks at how many workers there are
KEPT = "What was reported as graded is kept; run the same command again to go on."


class Cluster:
    """The workers that a Dask scheduler has; they may come and go.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://10.0.0.1:8786``; or ``local``, to start one here.
    workers : int, optional
        Processes of a local cluster; by default one a core.

    Raises
    ------
    CourseError
        On entering, if there is no scheduler at the address, it has no workers, or these have
        another version of Dask or Python.
    """

    at_home = False  # the course's folder may be on another machine

    def __init__(self, address, workers=None):
        self.address, self.workers = address, workers
        self.threads, self.looked, self.met = 0, 0.0, 0.0

    def __enter__(self):
        with ExitStack() as stack:
            stack.enter_context(quiet())
            scheduler = stack.enter_context(local(self.workers)) if self.address == "local" else self.address
            self.client = stack.enter_context(connected(scheduler))
            refuse_versions(self.client.get_versions())
            self.executor = self.client.get_executor(pure=False)
            self.far_work = far_work()
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *exception):
        self.executor.shutdown(wait=False)
        self.stack.__exit__(*exception)

    @property
    def room(self):
        """How many tasks may be on the way at once."""
        now = time.monotonic()
        if now - self.looked > LOOK:
            self.threads, self.looked = sum(self.asked().values()), now
            self.met = now if self.threads or not self.met else self.met
            if now - self.met > LONELY:
                raise CourseError(f"The Dask scheduler at {self.address} has no workers left. {KEPT}")
        return AHEAD * max(1, self.threads)

    def asked(self):
        """Return how many threads each worker has."""
        try:
            return self.client.nthreads()
        except (OSError, CancelledError) as error:
            raise self.lost() from error

    def submit(self, setup, task):
        """Have a task done; return a future."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sending large graph")  # a notebook may be large
            return self.executor.submit(self.far_work, pickle.dumps((setup, task)))

    def result(self, future):
        """Return the Result, or raise WorkerEnded, or a CourseError if the cluster is of no use."""
        from distributed import KilledWorker

        try:
            return pickle.loads(future.result())
        except KilledWorker:
            raise WorkerEnded(at_work=True) from None
        except ModuleNotFoundError as error:
            raise CourseError(
                f"A worker of {self.address} has no {error.name}. "
                "Install it there: pip install 'bpkit[grade,cluster]'"
            ) from error
        except (CancelledError, OSError) as error:
            raise self.lost() from error

    def lost(self):
        return CourseError(f"The connection to the Dask scheduler at {self.address} is lost. {KEPT}")


def far_work():
    """Return the function that a worker runs; it is sent whole, so that the scheduler needs no bpkit."""

    def far(sent):
        import pickle

        from bpkit.grading.worker import work

        return pickle.dumps(work(*pickle.loads(sent)))

    return far


def local(workers):
    """Start a cluster on this machine; its processes leave an interrupt from the keyboard to this one."""
    from distributed import LocalCluster

    with without_interrupts():
        return LocalCluster(
            n_workers=workers or cores(),
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        )


@contextmanager
def connected(scheduler):
    """Connect to a scheduler, and wait for its first worker.

    Raises
    ------
    CourseError
        If there is none, or it has no workers.
    """
    from distributed import Client
    from distributed.versions import VersionMismatchWarning

    if isinstance(scheduler, str):
        refuse_silence(scheduler)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", VersionMismatchWarning)  # `refuse_versions` says it
        client = Client(scheduler, timeout=CONNECT, set_as_default=False)
    with client:
        try:
            client.wait_for_workers(1, timeout=CONNECT)
        except TimeoutError as error:
            raise CourseError(
                f"The Dask scheduler at {scheduler} has no workers. Start some: dask worker {scheduler}"
            ) from error
        yield client


def refuse_silence(address):
    """Raise a CourseError if nobody at an address answers as a scheduler does; a Client would wait on."""
    from distributed.utils import LoopRunner

    runner = LoopRunner(asynchronous=False)
    runner.start()
    try:
        runner.run_sync(asyncio.wait_for, identity(address), CONNECT)
    except (OSError, ValueError, ImportError) as error:  # TimeoutError is an OSError
        why = (str(error) or "it does not answer").splitlines()[0].rstrip(".")
        raise CourseError(
            f"There is no Dask scheduler at {address} ({why}). Start one: dask scheduler"
        ) from error
    finally:
        runner.stop()


async def identity(address):
    """Ask a scheduler who it is."""
    from distributed.core import connect

    comm = await connect(address, timeout=CONNECT)
    await comm.write({"op": "identity", "reply": True})
    await comm.read()
    await comm.close()


def refuse_versions(versions):
    """Raise a CourseError if scheduler or workers have another Dask or Python than this process."""
    here = of_interest(versions["client"])
    for name, there in {"scheduler": versions["scheduler"], **versions["workers"]}.items():
        if of_interest(there) != here:
            raise CourseError(
                f"The Dask versions do not fit together: here {here}, at {name} {of_interest(there)}. "
                "Install the same versions everywhere; constraints.txt names them."
            )


def of_interest(versions):
    """Return what must be the same everywhere, as text.

    >>> of_interest({"packages": {"python": "3.11.2.final.0", "distributed": "2030.1.0"}})
    'Python 3.11 with distributed 2030.1.0'
    """
    packages = versions["packages"]
    python = ".".join(packages["python"].split(".")[:2])
    return f"Python {python} with distributed {packages['distributed']}"


@contextmanager
def quiet():
    """Keep Dask from writing its own account of lost connections; ours is a sentence."""
    logger = logging.getLogger("distributed")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)
