"""The command line: arguments in, a call, output in the asked form, an exit code. Nothing else."""

from __future__ import annotations

import os
import sys

from variorum.errors import ExitCode, StoppedError, VariorumError


def main() -> None:
    """Run the command line; expected failures become a message and their exit code, never a traceback."""
    # Not before: processes that share work load the script that began it, and this module with it, but run no command.
    from variorum.cli._early import begin_early

    begin_early(sys.argv[1:])

    from variorum.cli import _signals
    from variorum.cli._app import app
    from variorum.cli._output import say

    _signals.install()
    try:
        app()
    except VariorumError as error:
        say(f"variorum: {error.message}")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.OK)
    except (_signals.Interrupted, StoppedError):
        say("variorum: interrupted; what was committed stands, run the command again to go on")
        sys.exit(ExitCode.NOT_NOW)
