"""What a contributed run is looked at for, beyond whether it can be read. One file a check; see `registry.py`."""

from .model import Finding, Submission
from .registry import findings

__all__ = ["Finding", "Submission", "findings"]
