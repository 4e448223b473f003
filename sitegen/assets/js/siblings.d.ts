/** How one figure is spread over the runs of a leaf, as `sitegen/plots/siblings.py` puts it into `siblings.js`. */
interface SiblingFigure {
  /** As in `ItemFigure`. */
  key: string;
  label: string;
  /** In which all values here are. */
  unit: string;
  /** What a run's own value is multiplied by to be in this unit. */
  factor: number;
  digits: number | null;
  /** How many runs have it, two or more. */
  n: number;
  /** Lowest, lower quartile, median, upper quartile, highest. */
  quartiles: [number, number, number, number, number];
  /** Sorted, to four significant digits; of many runs evenly spaced ones, the lowest and the highest among them. */
  values: number[];
}

interface SiblingsData {
  kind: "siblings";
  figures: SiblingFigure[];
}
