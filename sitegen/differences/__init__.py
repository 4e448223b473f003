"""What differs between two built sites, by the data files that they publish."""

from .changes import Changes, changes
from .site import PublishedSite, read_site

__all__ = ["Changes", "PublishedSite", "changes", "read_site"]
