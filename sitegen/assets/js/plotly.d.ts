/** The few parts of Plotly that are used. Its own types are larger than our scripts. */
interface PlotlyElement extends HTMLDivElement {
  on(event: string, handler: (event: any) => void): void;
}

interface PlotlyFigure {
  data: Record<string, unknown>[];
  layout: Record<string, any>;
}

interface PlotlyLibrary {
  newPlot(element: HTMLElement, data: object[], layout: object, config: object): Promise<PlotlyElement>;
  react(element: HTMLElement, data: object[], layout: object, config: object): Promise<PlotlyElement>;
  relayout(element: HTMLElement, changes: object): Promise<PlotlyElement>;
  toImage(figure: PlotlyFigure, options: { format: string; width: number; height: number; scale?: number }): Promise<string>;
}

declare var Plotly: PlotlyLibrary | undefined;
