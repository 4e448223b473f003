"""The tests between a group's children, for the page that compares: a file `comparisons.js` beside the group's page.

The file is a data file like `data.js`, loaded by `wattboard.data(url)`. It exists beside every group with two children
or more. What it holds (numbers have six significant digits; null for what cannot be told):

    {
      "alpha": 0.05,
      "correction": "what the corrected p-values are corrected for, in words",
      "left_out": "" or, in words, which tests the page has too many groups for,
      "groups": [address of each child's page, in the spec's order],
      "titles": [title of each child],
      "columns": [{"name", "label", "unit", "better": "lower" | "higher" | ""}],
      "assumptions": {name of a test: "what it assumes"},
      "pairs": [
        {
          "a": i, "b": j,               places in "groups", i < j
          "column": name,
          "n": [runs of a, of b],       that have the figure; pairs where a side has none are left out
          "mean": [of a, of b],         in the column's "unit"
          "difference": a - b,
          "low": l, "high": h,          95 % interval of the difference (Welch)
          "percent": of b's mean, null where that is not above zero,
          "effect": Hedges' g,
          "p": p of Welch's test, corrected; what the ranks rest on
          "tests": [{"name", "p", "low", "high", "note"}, ...]
                                        p-values of each test alone, not corrected; "low" and "high" of the
                                        difference, null where the test gives none; "note": why it has no p,
                                        or what to beware of, or ""
        }, ...
      ],
      "ranks": {name of a column: [[best, worst] | null, in the order of "groups"]}
    }

To show b - a, change the sign of "difference" and "effect", and use -"high" and -"low"; "percent" has another base.
"""
