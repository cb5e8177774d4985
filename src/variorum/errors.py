"""Errors a person is meant to read, each with the exit code its command ends with."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit status tells a scheduler."""

    OK = 0
    FAILED = 1
    BAD_INPUT = 2
    NEEDS_A_HUMAN = 3
    DATABASE = 4
    NOT_NOW = 75


class VariorumError(Exception):
    """Base of all expected failures: a code for machines, a message that says what to do next."""

    code = "failed"
    exit_code = ExitCode.FAILED

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class BadInputError(VariorumError):
    """A file or argument that cannot be used as it is."""

    code = "bad_input"
    exit_code = ExitCode.BAD_INPUT


class DatabaseError(VariorumError):
    """The database is behind this version, ahead of it, or damaged."""

    code = "database"
    exit_code = ExitCode.DATABASE


class NotNowError(VariorumError):
    """Nothing is wrong for good, but it has to be tried again later.

    ``resume_at``: ISO 8601 time in UTC before which there is no point in trying, where that is known.
    """

    code = "not_now"
    exit_code = ExitCode.NOT_NOW

    def __init__(self, message: str, *, code: str | None = None, resume_at: str | None = None) -> None:
        super().__init__(message, code=code)
        self.resume_at = resume_at


class UnavailableError(NotNowError):
    """One request that was tried as often as may be; others of the same host may fare better."""

    code = "unavailable"


class StoppedError(Exception):
    """The run was asked to end: what is under way is given up, what was committed stands."""


class LayoutError(Exception):
    """A page does not have the shape its source is known for.

    Raised by scrapers; the pipeline turns it into one quarantine row for the page, so nothing of a
    page that cannot be trusted as a whole is stored as records.
    """

    def __init__(self, code: str, message: str, *, place: str = "page") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.place = place
