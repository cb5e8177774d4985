"""Whether an answer is what was asked for."""

from __future__ import annotations

from variorum.schema.harvest import Media
from variorum.transport.addresses import shown
from variorum.transport.answers import Answer, FetchError, TransientError
from variorum.transport.sniffing import Found, is_challenge, is_wall, medium

_PASSING = frozenset({408, 425, 429})
_REFUSED = frozenset({401, 403})
_NO_CONTENT = frozenset({204, 205})


def may_pass(status: int) -> bool:
    """Whether a status says that asking again later may help."""
    return status in _PASSING or status >= 500


def judge(answer: Answer, due: Media, *, conditional: bool, wait: float | None) -> Answer:
    """The answer, if it is a document of the medium that is due, or the news that nothing has changed.

    A 4xx with such a document is one too: arXiv and OAI repositories say in it what was wrong. ``wait``:
    seconds the server asked for. Raises ``TransientError`` for what may pass, else ``FetchError``.
    """
    where, status = shown(answer.url), answer.status
    if status == 304 and conditional:
        return answer
    found = medium(answer.body)
    if found == "html" and _is_blocked(answer, due):
        raise FetchError(
            f"{where} lets no program in (HTTP {status}); open it in a browser and import the saved page, "
            "or ask those who run it",
            code="blocked",
            answer=answer,
        )
    if may_pass(status):
        raise TransientError(f"http_{status}", wait=wait)
    if 200 <= status < 300 and status != 206:
        return _expected(answer, due, found, where)
    if status >= 400 and found == due:
        return answer
    raise FetchError(f"{where} answers HTTP {status}; look at what it sent", code=f"http_{status}", answer=answer)


def _expected(answer: Answer, due: Media, found: Found, where: str) -> Answer:
    if found == "empty" or answer.status in _NO_CONTENT:
        empty = FetchError(f"{where} answers with nothing; look at it in a browser", code="empty_body", answer=answer)
        raise TransientError("empty_body", last=empty)
    if found != due:
        raise FetchError(
            f"{where} sends {found} where {due} is due; look at what it sent", code="wrong_content", answer=answer
        )
    return answer


def _is_blocked(answer: Answer, due: Media) -> bool:
    """A page that was asked for may speak of captchas and have a login form; one that was not may not."""
    if answer.status in _REFUSED or is_challenge(answer.body):
        return True
    return due != "html" and not may_pass(answer.status) and is_wall(answer.body)
