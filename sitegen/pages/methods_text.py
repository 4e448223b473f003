"""What the page of methods says whatever the data: formulas, and what is behind the signs of a table."""

from __future__ import annotations

FORMULAS: dict[str, str] = {
    "facility_energy_kwh": "PUE × (CPU energy + GPU energy)",
    "energy_kwh": "CPU energy + GPU energy",
    "cpu_energy_kwh": "Σ Δt × P_CPU / 3.6×10⁶",
    "gpu_energy_kwh": "Σ Δt × P_GPU / 3.6×10⁶",
    "ram_energy_kwh": "as another tool estimates it; logs of our own have none",
    "emissions_kg": "Σ PUE × E(Δt) × I(Δt) / 1000",
    "mean_carbon_intensity_g_per_kwh": "mean of I over the intervals",
    "duration_hours": "(end − start) / 3600",
    "cpu_hours": "CPU seconds (user + system) of the run’s processes / 3600",
    "gpu_hours": "Σ Δt × use of the GPUs (0–1) × number of GPUs / 3600",
    "allocated_gpu_hours": "duration × number of GPUs",
    "mean_power_w": "energy without PUE / time measured",
    "measured_share": "time that samples stand for / duration",
}
"""By our name of the figure."""

SYMBOLS = (
    "Δt: the interval in seconds that ends with a sample; the last sample stands for the time to the end as well.",
    "P: the power in watts that is attributed to the run’s own processes. Where a log has counters of energy, "
    "their differences take the place of Δt × P.",
    "E(Δt): the energy of an interval in kWh, without PUE. I(Δt): the carbon intensity of the grid then, "
    "in g CO₂eq/kWh.",
    "PUE: power usage effectiveness, the data centre’s energy for each kWh of its computers.",
)

OTHER_TOOLS = (
    "Runs that other tools measured ({tools}) have the energies, the emissions and the duration that stand in the "
    "tool’s file. Energy with PUE is their energy times the PUE; where the tool’s figures hold a PUE, it is that one, "
    "once. Emissions that the file lacks are energy with PUE times the grid’s intensity; where it has them, the mean "
    "intensity is emissions / energy with PUE. Energy may be that of the memory, too."
)
"""Below the formulas, where there are such runs."""

STATISTICS = (
    "A row of a group is the mean over its runs, each run counted once. A mean is as good as the weakest of its runs: "
    "one estimate among them makes it an estimate. A value that is absent is left out, and never counts as zero.",
    "Ranks are intervals: the best rank of a row is 1 + the number of rows that are significantly better, the worst is "
    "the number of rows less those that are significantly worse; by Welch’s t-test between each two rows, with Holm’s "
    "correction, at a level of 0.05. With one run in a row no test is possible, and no rank is claimed. "
    "Ranks, the best of a column and the Pareto frontier are given where rows are rivals: where the spec orders them, "
    "or where they are the methods of a group. The best is not marked where it is that of a partial figure.",
    "A ratio such as return per kWh misleads where its numerator is negative: then using more energy looks better. "
    "Tables warn where that happens.",
)

PROVENANCES = (
    "Measured: by counters or sensors. Estimated: from rated power or a yearly average. Partial: some of the "
    "components or of the time are missing. Reported: read as it is from the log, or by the site’s own code from the "
    "run’s result files. Absent: not measured.",
    "Energy with PUE and emissions hold the PUE as a factor, which is measured only where a log says so: “measured” "
    "there speaks of the energy of the computers.",
)
