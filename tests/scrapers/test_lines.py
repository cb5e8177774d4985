from __future__ import annotations

import gzip
import io
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from variorum.errors import BadInputError
from variorum.scrapers._lines import split_lines


class _Endless(io.RawIOBase):
    """A line that never ends; counts what was taken of it."""

    taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        view[:] = b"x" * len(view)
        self.taken += len(view)
        return len(view)


@given(
    st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\n", b"."))),
    st.integers(1, 5),
    st.integers(13, 40),
    st.booleans(),
)
def test_portions_joined_are_the_stream(lines: list[bytes], max_lines: int, max_bytes: int, packed: bool) -> None:
    body = b"\n".join(lines)
    stream = io.BytesIO(gzip.compress(body) if packed else body)
    if not packed and body.startswith(b"\x1f\x8b"):
        return
    number = 1
    portions = list(split_lines(stream, max_lines, max_bytes))
    for first, portion in portions:
        assert first == number
        assert len(portion) <= max_bytes
        assert portion.count(b"\n") <= max_lines
        number += portion.count(b"\n")
    assert b"".join(portion for _, portion in portions) == body
    assert not stream.closed


def test_a_line_that_is_too_long_is_named_and_not_read_to_its_end() -> None:
    with pytest.raises(BadInputError, match="line 3 ") as caught:
        list(split_lines(io.BytesIO(b"a\nb\n" + b"c" * 50 + b"\nd\n"), max_bytes=20))
    assert caught.value.code == "line_too_long"
    endless = _Endless()
    with pytest.raises(BadInputError, match="line 1 "):
        list(split_lines(endless, max_bytes=100_000))  # type: ignore[arg-type]
    assert endless.taken < 500_000


def test_gzip_that_inflates_to_one_line_is_not_inflated_as_a_whole() -> None:
    with pytest.raises(BadInputError, match="line 1 "):
        list(split_lines(io.BytesIO(gzip.compress(b"x" * 50_000_000)), max_bytes=100_000))


@pytest.mark.parametrize("cut", [3, 12, 40, -4])
def test_damaged_gzip_is_an_error_and_what_came_before_is_handed_out(cut: int) -> None:
    packed = gzip.compress(b"".join(b"%d\n" % number for number in range(1000)))
    stream: BinaryIO = io.BytesIO(packed[:cut])
    found: list[bytes] = []
    with pytest.raises(BadInputError) as caught:
        found.extend(portion for _, portion in split_lines(stream, max_lines=10))
    assert caught.value.code == "damaged_file"


def test_parts_of_gzip_put_together_are_one_file() -> None:
    stream = io.BytesIO(gzip.compress(b"a\n") + gzip.compress(b"b\n"))
    assert list(split_lines(stream)) == [(1, b"a\nb\n")]
