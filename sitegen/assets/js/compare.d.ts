/** What may be put into a comparison: a run, a leaf or a group, by the address of its page below the leaderboard's. */
interface Choice {
  /** "" or ending with "/". */
  address: string;
  title: string;
}

/** A figure of a run (n is 1) or of a group's runs, in its own unit. See sitegen/pages/page_data.py. */
interface ItemFigure {
  name: string;
  /** The same for two names of one figure. */
  key: string;
  label: string;
  unit: string;
  better: "lower" | "higher" | "";
  digits: number | null;
  /** The cost that it is divided by, such as "energy"; "" for none. */
  per: string;
  mean: number | null;
  stderr?: number | null;
  low?: number | null;
  high?: number | null;
  n: number;
  provenance: string;
}

/** What `data.js` holds of what is compared. */
interface ItemData {
  kind: "run" | "leaf" | "group";
  address: string;
  title: string;
  /** The title alone, where `title` was made longer to tell it from another. */
  name?: string;
  above: string[];
  pues: number[];
  bases: string[];
  figures: ItemFigure[];
  charts: Record<string, any>;
  /** Of a group: the address of the group that it lies in. */
  parent?: string | null;
  n?: number;
  runs?: Choice[];
  /** Of a run. */
  leaf?: Choice | null;
  duration_s?: number | null;
  facts?: { title: string; rows: [string, string][] }[];
  packages?: Record<string, string>;
}

/** What the address of the comparison holds. */
interface CompareState {
  addresses: string[];
  /** Which item the others are compared with, from 0. */
  reference: number;
  /** The figure whose tests are shown. */
  test: string;
  /** Whether facts that do not differ are shown, too. */
  all: boolean;
  /** Whether time is shown as a share of each run's duration; null where the reader has not chosen. */
  share: boolean | null;
}

/** What every comparison needs. See sitegen/pages/compare_page.py. */
interface CompareRules {
  scales: { ladders: Record<string, [number, string][]>; smallest_in_own_unit: number };
  /** Of Student's t at 97.5 %, by i / (length - 1) = 1 / df. */
  quantiles: number[];
  words: Record<string, string>;
  /** The other names of figures. */
  names: Record<string, string>;
}

interface Scale {
  factor: number;
  unit: string;
}

/** A row of the comparison: a figure, and what each item has of it. */
interface CompareRow {
  key: string;
  label: string;
  better: string;
  digits: number | null;
  scale: Scale;
  /** One an item; null where an item has no such figure. */
  figures: (ItemFigure | null)[];
}

/** A difference of two means, in the figure's own unit. */
interface Difference {
  value: number;
  /** Per cent of the reference's mean; null where a mean is negative or that is zero. */
  percent: number | null;
  /** Ends of the 95 % interval by Welch; null where one of the two has fewer than two runs, or all are alike. */
  interval: [number, number] | null;
}

/** What a part of the page is given. */
interface CompareContext {
  items: ItemData[];
  rows: CompareRow[];
  state: CompareState;
  rules: CompareRules;
  /** Take over a new state: the address follows. With `items`, everything is drawn anew. */
  change(next: Partial<CompareState>): void;
}

interface Basket {
  most: number;
  chosen(): Choice[];
  set(choices: Choice[]): void;
  /** The address of a page as a choice, null where it is not of this leaderboard. */
  addressOf(href: string): string | null;
  isAddress(text: string): boolean;
  /** Where the page of a choice is. */
  page(address: string): string;
}

interface Compare {
  /** A name that may be broken where its words end. */
  breakable(name: string): DocumentFragment;
  element(tag: string, properties?: Record<string, any>, ...children: (Node | string)[]): any;
  table(id: string, head: Node[], rows: Node[]): HTMLElement;
  /** `chooses`: the address says what is compared. */
  read(search: string): { state: CompareState; chooses: boolean; refused: string[]; tooMany: number };
  written(state: CompareState): string;
  load(address: string): Promise<ItemData>;
  number(value: number, digits?: number | null): string;
  signed(value: number, digits: number): string;
  withSpread(value: number, spread: number | null | undefined, digits: number | null): [string, string];
  decimals(spread: number, significant: number): number;
  scale(unit: string, values: (number | null)[], rules: CompareRules): Scale;
  rows(items: ItemData[], rules: CompareRules): CompareRow[];
  quantile(degrees: number, quantiles: number[]): number;
  difference(a: ItemFigure | null, b: ItemFigure | null, quantiles: number[]): Difference | null;
  notes(items: ItemData[], rows: CompareRow[]): string[];
  figures(context: CompareContext): Node;
  differences(context: CompareContext): Node;
  tests(context: CompareContext): Node;
  facts(context: CompareContext): Node;
  charts(context: CompareContext): Node;
  picker(add: (address: string) => void): Node;
}

interface Wattboard {
  basket: Basket;
  compare: Compare;
}
