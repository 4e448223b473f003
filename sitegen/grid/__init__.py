"""Where a run drew its power, and how much a kWh of that grid emits. The figures lie in `data/`.

text, or latitude and longitude, or an address -> Zone -> ZoneIntensity
"""
