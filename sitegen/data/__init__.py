"""Tables of facts, each with its source, licence and date in README.md."""
