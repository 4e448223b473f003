"""LaTeX: text, tables, sources and whole documents. Knows nothing of runs."""
