from __future__ import annotations

import pytest

from paceline._inbox import ProtocolError, Splitter, parse
from paceline._wire import MAX_LINE


def test_lines_come_whole_however_they_are_cut() -> None:
    data = b'{"a":1}\n\n{"b":2}\n{"c"'
    for cut in range(len(data)):
        splitter = Splitter()
        lines = splitter.feed(data[:cut]) + splitter.feed(data[cut:])
        assert lines == [b'{"a":1}', b"", b'{"b":2}']
        assert splitter.feed(b":3}\n") == [b'{"c":3}']


def test_a_line_may_be_as_long_as_promised_and_no_longer() -> None:
    splitter = Splitter()
    part = b"x" * 65536
    for _ in range(MAX_LINE // 65536):
        assert splitter.feed(part) == []
    assert [len(line) for line in splitter.feed(b"\n")] == [MAX_LINE]
    for _ in range(MAX_LINE // 65536):
        splitter.feed(part)
    with pytest.raises(ProtocolError, match="more than 16777216 bytes"):
        splitter.feed(b"x")


@pytest.mark.parametrize(
    "line", [b"{", b"not json", b"\xff", b"[]", b"5", b"{}", b'{"type":5}', b"[" * 100_000]
)
def test_what_is_no_message(line: bytes) -> None:
    with pytest.raises(ProtocolError, match=r"an? .*line"):
        parse(line)


def test_another_protocol_is_refused() -> None:
    assert parse(b'{"type":"run","protocol":1}')["type"] == "run"
    with pytest.raises(ProtocolError, match="protocol 2; this SDK speaks 1"):
        parse(b'{"type":"run","protocol":2}')


def test_an_empty_line_is_nothing() -> None:
    assert parse(b" \r")["type"] is None
