"""The kinds of charts: from numbers to the drawing, the figure for the scripts, the words and the table."""
