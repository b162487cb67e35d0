"""The list inside of a signed status list: packed bits are unpacked to their one size, or refused."""

import zlib

from federation.model.status_list import SIZE, NotAStatusList, StatusList, read_status_list
from tests.fuzz.targets.outcome import TALLY, Accepted

SEEDS = tuple(StatusList().setting(indices).text.encode() for indices in ((), (0, 9, 2**21 - 1), range(500)))


def check(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    try:
        read = read_status_list(text)
    except NotAStatusList as refusal:
        return TALLY.refuse(refusal)
    TALLY.accepted += 1
    if len(read.bits) != SIZE // 8 or zlib.crc32(read.bits) != zlib.crc32(read_status_list(read.text).bits):
        raise Accepted(data)
    return None
