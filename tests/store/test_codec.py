import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qr_tui.store import codec
from qr_tui.store.codec import DamagedError

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab\x00é", max_size=3), inner, max_size=3),
    max_leaves=8,
)
tables = st.dictionaries(st.text("kq1", max_size=4), json_values, max_size=4)


@settings(deadline=None)
@given(tables)
def test_what_is_encoded_is_decoded(tasks: dict[str, object]) -> None:
    document = {**codec.empty(), "tasks": tasks}
    data = codec.encode(document)
    again = codec.decode(data)
    assert again["tasks"] == tasks == json.loads(data)["tasks"]
    assert codec.encode(again) == data  # the old checksum never gets into the new one


def test_every_single_changed_byte_is_noticed() -> None:
    data = codec.encode({**codec.empty(), "tasks": {"a": {"prompt": "x" * 40}}})
    chance = random.Random(7)
    for place in range(len(data)):
        other = (data[place] + chance.randrange(1, 256)) % 256
        with pytest.raises(DamagedError):
            codec.decode(data[:place] + bytes([other]) + data[place + 1 :])


def test_every_truncation_and_every_addition_is_noticed() -> None:
    data = codec.encode(codec.empty())
    for length in range(len(data)):
        with pytest.raises(DamagedError):
            codec.decode(data[:length])
    for more in (b" ", b"\n", b"{}"):
        with pytest.raises(DamagedError):
            codec.decode(data + more)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_damage_and_nothing_else(data: bytes) -> None:
    with pytest.raises(DamagedError):
        codec.decode(data)


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b"null",
        b"{}",
        b'{"meta":5}',
        b'{"meta":{"1":5}}',
        b'{"meta":{"1":{"schema":"1","revision":1}}}',
        b'{"meta":{"1":{"schema":true,"revision":1}}}',
        b'{"meta":{"1":{"schema":1}}}',
        b'{"meta":{"1":{"schema":1,"revision":1}},"tasks":[]}',
        b'{"meta":{"1":{"schema":1,"revision":1}},"tasks":{}}',
        b'{"meta":{"1":{"checksum":"","schema":1,"revision":1}},"tasks":{}}',
        b"[" * 100_000,
    ],
)
def test_other_json_is_damage(data: bytes) -> None:
    with pytest.raises(DamagedError):
        codec.decode(data)
