"""What was measured of each run, kept from one build to the next.

`folder` is the place, `store` what is kept in it, `records` the form in which a run is kept, `versions` what makes all
of it void, and `archive` the one thing that the rest of the program uses.
See docs/adr/0008-the-cache.md.
"""
