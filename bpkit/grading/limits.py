"""How much a submission may use: time, memory, processes, files, output."""

from dataclasses import dataclass, fields

from .course import CourseError

WALL = 3  # a limit on CPU seconds ends after so many times as many seconds of the clock


@dataclass(frozen=True)
class Limits:
    """The limits of a problem set.

    Parameters
    ----------
    cell_seconds, check_seconds : int
        CPU seconds that one cell, and all calls of one question together, may take. Three times
        as many seconds of the clock end it too, for code that sleeps.
    submission_seconds : int
        Seconds of the clock that a whole submission may take.
    memory : int
        Bytes of address space of a process; in a cgroup also of all that a submission holds.
    processes : int
        Processes and threads at once.
    files : int
        Bytes that a submission may write to its temporary home.
    output : int
        Bytes of what a cell shows; the rest is cut.

    Raises
    ------
    CourseError
        If a limit is not a positive whole number.

    Examples
    --------
    >>> Limits(cell_seconds=2).wall_seconds(2)
    6
    """

    cell_seconds: int = 10
    check_seconds: int = 10
    submission_seconds: int = 120
    memory: int = 2 * 2**30
    processes: int = 64
    files: int = 64 * 2**20
    output: int = 2**18

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if type(value) is not int or value < 1:
                raise CourseError(
                    f"The limit {field.name} is {value!r}, but should be a positive whole number."
                )

    def wall_seconds(self, seconds):
        """Return after how many seconds of the clock a limit on CPU seconds ends."""
        return WALL * seconds

    @classmethod
    def of(cls, released):
        """Return the limits that a released notebook sets in its metadata, under ``bpkit.limits``.

        >>> Limits.of({"metadata": {"bpkit": {"limits": {"memory": 2**30}}}}).memory == 2**30
        True
        """
        given = released.get("metadata", {}).get("bpkit", {}).get("limits", {})
        known = {field.name for field in fields(cls)}
        if not isinstance(given, dict) or set(given) - known:
            there = ", ".join(sorted(known))
            raise CourseError(f"The notebook's metadata has the limits {given!r}. There are: {there}.")
        return cls(**given)
