"""Runs that other tools logged: for each tool a file, with a `recognises` and a `read`, and a line in `registry.py`."""
