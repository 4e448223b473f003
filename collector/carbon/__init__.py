"""Live carbon intensity: what a kWh emits while the run uses it. See docs/live-intensity.md."""
