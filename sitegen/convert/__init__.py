"""From other tools' logs to ours.

    scan -> a log in a folder beside the target -> measure both -> put in place

What is written says what the original says: each converted run is measured before it is put in place, and refused where
its figures differ. Which logs can be converted: docs/other-tools.md#convert.
"""
