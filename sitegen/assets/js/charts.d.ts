/** A chart's data, as `sitegen/plots/` puts it into `data.js`. */
interface AxisText {
  label: string;
  unit: string;
}

interface ScatterFigure {
  kind: "scatter";
  title: string;
  x: AxisText;
  y: AxisText;
  /** What ± stands for. */
  spread: string;
  /** Runs in all, where not all are drawn. */
  n?: number;
  traces: ScatterTrace[];
  frontier: { name: string; x: number[]; y: number[] } | null;
}

interface ScatterTrace {
  name: string;
  /** Chooses colour and shape. */
  index: number;
  x: number[];
  y: number[];
  label: string[];
  url: string[];
  mean: { n: number; x: number; y: number; xAround: number | null; yAround: number | null } | null;
}

interface TimeFigure {
  kind: "time";
  title: string;
  x: AxisText;
  y: AxisText;
  traces: TimeTrace[];
}

interface TimeTrace {
  name: string;
  x: number[];
  y: (number | null)[];
  /** Chooses the colour, where it is not the trace's place. */
  index?: number;
  /** Chooses how the line is broken; 0 for not at all. */
  dash?: number;
}

interface StripFigure {
  kind: "strip";
  title: string;
  x: AxisText;
  rows: StripRow[];
}

interface StripRow {
  name: string;
  index: number;
  /** Of the runs that are drawn. */
  values: number[];
  /** Runs in all, where not all are drawn. */
  n?: number;
  label: string[];
  url: string[];
  mean: number;
  /** Lowest, lower quartile, median, upper quartile, highest. */
  box: number[] | null;
}

interface EnergyFigure {
  kind: "energy";
  title: string;
  x: AxisText;
  rowLabel: string;
  parts: { name: string; colour: number }[];
  rows: EnergyRow[];
}

interface EnergyRow {
  name: string;
  url: string;
  /** What was not measured, in words. */
  note: string;
  parts: Record<string, { value: number; provenance: string; hatched: boolean }>;
}

type Figure = ScatterFigure | TimeFigure | StripFigure | EnergyFigure;

/** Colours as Plotly reads them. */
interface Paint {
  series: string[];
  ink: string;
  muted: string;
  line: string;
  surface: string;
  font: string;
}

/** What a reader has chosen for one chart. */
interface ChartState {
  log: { x: boolean; y: boolean };
}

/** In px. */
interface Size {
  width: number;
  height: number;
}

/** A chart that Plotly has drawn. */
interface LiveChart {
  chart: HTMLElement;
  canvas: PlotlyElement;
  figure: Figure;
  state: ChartState;
}

/** What the scripts for charts share. */
interface WattboardCharts {
  /** The page's colours at this moment. */
  paint(element: HTMLElement): Paint;
  /** Colours for white paper. */
  paper: Paint;
  plotly(figure: Figure, paint: Paint, state: ChartState, size: Size): PlotlyFigure;
  /** Seconds that the unit of a time chart's axis has. */
  secondsPerUnit(figure: TimeFigure): number;
  rowTraces(figure: StripFigure | EnergyFigure, paint: Paint): Record<string, unknown>[];
  rowLayout(figure: StripFigure | EnergyFigure, paint: Paint): Record<string, unknown>;
  /** Markup's signs made into text: Plotly reads a little HTML in its labels. */
  escaped(words: string): string;
  /** A name for one line of a label over the drawing, shortened in its middle, its signs made into text. */
  brief(name: string): string;
  /** The same, in some n lines; three if not said. */
  folded(name: string, n?: number): string;
  /** Text within a template that Plotly fills in. */
  literal(text: string): string;
  withUnit(value: number, unit: string): string;
  /** The colour and the shape of the i-th trace. */
  mark(index: number, paint: Paint): { color: string; symbol: string };
  /** Strokes and gaps of the i-th kind of line; none for one that is whole. */
  dash(i: number): number[];
  /** What Plotly is told of a logarithmic axis' ticks. @param range Powers of ten. */
  logTicks(range: [number, number]): { tickmode: "array"; tickvals: number[]; ticktext: string[] };
  /** Have the ticks of logarithmic axes follow what a chart shows. */
  adaptTicks(canvas: PlotlyElement): Promise<void>;
  loadPlotly(): Promise<PlotlyLibrary>;
  figureOf(chart: Element): Promise<Figure>;
  stateOf(chart: Element): ChartState;
  /** Draw a chart now, or again. */
  draw(chart: HTMLElement): Promise<void>;
  /** All charts that are drawn on this page. */
  live(): LiveChart[];
  /** Part of the time that all time charts of the page show, in seconds; null for all of it. */
  timeRange(): [number, number] | null;
  /** A chart's data as CSV, with units in the header. */
  csv(figure: Figure): string;
  /** Have a chart that a script has made drawn when it comes into view. */
  add(chart: HTMLElement, figure: Figure): void;
  /** Have all time charts show all of the time. */
  resetZoom(): void;
  /** Have a time chart's zoom shared. */
  shareZoom(live: LiveChart): void;
}

declare var wattboardCharts: WattboardCharts;
