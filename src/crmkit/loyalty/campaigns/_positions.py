"""Positions of customers from 0 to 1, drawn by a keyed hash of their ids."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._frames import pandas_series

__all__ = ["as_positions", "as_texts", "hashed"]

_BYTES: Final = 8
# The bits of a hash that a float between 0 and 1 can hold.
_BITS: Final = 53


def as_texts(ids: nw.Series[Any]) -> list[bytes]:
    """Write ids as they enter a hash: whole numbers as text with the same digits."""
    return [str(each).encode() for each in pandas_series(ids).tolist()]


def hashed(texts: Sequence[bytes], *, key: str, purpose: str) -> npt.NDArray[np.uint64]:
    """Hash the text of each id with a key of its own for each purpose: 64 bits, evenly spread.

    Keys made for two purposes have nothing in common, so the hashes are independent.

    References
    ----------
    .. [1] Saarinen and Aumasson (2015), "The BLAKE2 Cryptographic Hash and Message Authentication Code (MAC)",
       RFC 7693.
    """
    secret = blake2b(key.encode()).digest()
    own = blake2b(purpose.encode(), key=secret, digest_size=32).digest()
    fresh = blake2b(key=own, digest_size=_BYTES).copy

    def digest(text: bytes) -> bytes:
        # Copying a hash that has taken in its key is faster than making one.
        one = fresh()
        one.update(text)
        return one.digest()

    return np.frombuffer(b"".join(map(digest, texts)), dtype=">u8").astype(np.uint64)


def as_positions(hashes: npt.NDArray[np.uint64]) -> Floats:
    """Turn hashes into positions from 0 to below 1."""
    return (hashes >> np.uint64(64 - _BITS)).astype(np.float64) * 2.0**-_BITS
