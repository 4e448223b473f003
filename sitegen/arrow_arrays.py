"""Columns of Python values as Arrow arrays, made by numpy.

`pyarrow.array` would do, but imports pandas to ask whether a list is one of its kind: that costs more time and
memory than the whole table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa


def numbers(values: Sequence[float | None]) -> pa.Array:
    """Float64. Absent where None or NaN."""
    import pyarrow as pa

    data = np.array(values, np.float64)
    return _fixed(pa.float64(), data, ~np.isnan(data))


def counts(values: Sequence[int | None]) -> pa.Array:
    """Int64."""
    import pyarrow as pa

    return _fixed(pa.int64(), _integers(values), _present(values))


def times(values: Sequence[float | None]) -> pa.Array:
    """Moments in UTC, of seconds since 1970, to the microsecond."""
    import pyarrow as pa

    micros = [None if time_s is None else round(time_s * 1e6) for time_s in values]
    return _fixed(pa.timestamp("us", tz="UTC"), _integers(micros), _present(values))


def flags(values: Sequence[bool]) -> pa.Array:
    """True or false; none is absent."""
    import pyarrow as pa

    data = _bits(np.array(values, np.bool_))
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, data])


def texts(values: Sequence[str | None]) -> pa.Array:
    """UTF-8."""
    import pyarrow as pa

    encoded = [b"" if text is None else text.encode() for text in values]
    data = pa.py_buffer(b"".join(encoded))
    buffers = [_bits(_present(values)), _offsets(map(len, encoded)), data]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def lists_of_texts(values: Sequence[Sequence[str] | None]) -> pa.Array:
    """Each of any length."""
    import pyarrow as pa

    inner = texts(list(chain.from_iterable(listed or () for listed in values)))
    buffers = [_bits(_present(values)), _offsets(len(listed or ()) for listed in values)]
    return pa.Array.from_buffers(pa.list_(pa.string()), len(values), buffers, children=[inner])


def choices(values: Sequence[str], of: Sequence[str]) -> pa.Array:
    """Dictionary-encoded, always with the same dictionary. Each value is one `of` these."""
    import pyarrow as pa

    code = {text: i for i, text in enumerate(of)}
    codes = np.array([code[value] for value in values], np.int8)
    everywhere = np.ones(len(values), np.bool_)
    return pa.DictionaryArray.from_arrays(_fixed(pa.int8(), codes, everywhere), texts(of))


def _integers(values: Sequence[int | None]) -> NDArray[np.int64]:
    return np.array([value or 0 for value in values], np.int64)


def _present(values: Sequence[object]) -> NDArray[np.bool_]:
    return np.array([value is not None for value in values], np.bool_)


def _fixed(kind: pa.DataType, data: NDArray[np.generic], present: NDArray[np.bool_]) -> pa.Array:
    import pyarrow as pa

    return pa.Array.from_buffers(kind, len(data), [_bits(present), pa.py_buffer(data)])


def _bits(flags: NDArray[np.bool_]) -> pa.Buffer:
    import pyarrow as pa

    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def _offsets(lengths: Iterable[int]) -> pa.Buffer:
    import pyarrow as pa

    return pa.py_buffer(np.array([0, *accumulate(lengths)], np.int32))
