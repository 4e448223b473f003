"""Units, each converted once and here. Inside the program: seconds, watts, joules, bytes, g/kWh."""

from __future__ import annotations

JOULES_PER_KWH = 3.6e6
SECONDS_PER_HOUR = 3600.0
GRAMS_PER_KG = 1000.0
BYTES_PER_GIB = float(1 << 30)
KG_PER_TONNE = 1000.0
