/** What the scripts for tables give to each other. */

interface TableColumn {
  /** Its place in every row. */
  at: number;
  head: HTMLTableCellElement;
  /** As the spec writes it; "title", "rank" and "n" for those that every table may have. */
  name: string;
  label: string;
  unit: string;
  kind: "number" | "text" | "rank";
  better: string;
  hasRanks: boolean;
}

/** The rows of a table, in the page's order, by their places from 0. `at` is a column's. */
interface TableRows {
  n: number;
  /** The row itself, as it stands in the page. */
  element(row: number): HTMLTableRowElement;
  /** What it is called where others read it: a run's path, or its short name. */
  title(row: number): string;
  /** What it is found by beside its words. */
  path(row: number): string;
  isAbsent(row: number, at: number): boolean;
  /** A number in full, "" where there is none. */
  value(row: number, at: number): string;
  spread(row: number, at: number): string;
  /** How a figure came about, where it bears a mark. */
  mark(row: number, at: number): string;
  text(row: number, at: number): string;
  /** Each of the words or links of a cell; none where it is absent. */
  items(row: number, at: number): string[];
}

/** What `rows.js` holds: see sitegen/pages/row_shards.py. */
interface RowIndex {
  n: number;
  title: [number, number, number];
  names_paths: boolean;
  columns: RowColumn[];
  order: { at: number; sign: number } | null;
  facets: Record<string, [string, number][]>;
  shards: string[];
}

interface RowColumn {
  kind: "number" | "words" | "links" | "mark" | "date";
  /** What is said where there is nothing. */
  absent: string;
  factor?: number;
  digits?: number | null;
  best?: number | null;
}

/** A table as its page came. Read once; the rows outlive their place in the page. */
interface TableModel {
  table: HTMLTableElement;
  /** Such as "summary": tells the parts of the address that are this table's. */
  id: string;
  /** Rows of the whole table. */
  total: number;
  /** false: `rows` are the first alone, and the others lie beside the page. */
  isWhole: boolean;
  rows: TableRows;
  /** How many rows each shard has. */
  shardRows?: number[];
  columns: TableColumn[];
  /** A column's numbers, NaN where there is none. */
  numbers(column: TableColumn): Float64Array;
  texts(column: TableColumn): string[];
}

interface TableSort {
  column: TableColumn;
  direction: "ascending" | "descending";
}

interface TableChoice {
  /** null: the page's order. */
  sort: TableSort | null;
  /** What rows must hold. */
  text: string;
  /** Names of columns. */
  hidden: ReadonlySet<string>;
  /** From 0, or all rows at once. */
  page: number | "all";
  /** What else rows must pass, by their place in the model. null: all do. */
  allowed: ((row: number) => boolean) | null;
}

interface TableView {
  model: TableModel;
  choice: TableChoice;
  /** All rows that pass, in their order, whatever page they are on. */
  shown: number[];
  /** While rows are loaded, the share that has come. */
  loaded: number | null | "failed";
  /** Have all rows at hand. */
  whole(): Promise<void>;
  change(choice: Partial<TableChoice>): void;
  /** Called after every change. */
  listeners: (() => void)[];
}

interface WattboardTables {
  PAGE_ROWS: number;
  views: WeakMap<HTMLTableElement, TableView>;
  read(table: HTMLTableElement): TableModel;
  rowIndex(table: HTMLTableElement): Promise<RowIndex>;
  /** Load all rows of a table whose page has the first alone. @param progress Is given the share that has come. */
  loadRows(model: TableModel, progress: (share: number) => void): Promise<void>;
  /** Rows by a column; absent ones last both ways. */
  order(model: TableModel, sort: TableSort | null): number[];
  makeSortable(view: TableView): void;
  /** Whether a row holds every word of a text, in its title, path, note or words. */
  matcher(model: TableModel, text: string): (row: number) => boolean;
  filterBox(view: TableView): HTMLElement;
  /** Which column a table's ranks are for, null where it has no ranks. */
  rankedColumn(model: TableModel, sort: TableSort | null): TableColumn | null;
  showRank(model: TableModel, row: HTMLTableRowElement, ranked: TableColumn): void;
  nameRanked(model: TableModel, ranked: TableColumn): void;
  columnChooser(view: TableView): HTMLElement;
  /** The parts of the address that are called by a name. */
  fromAddress(name: string): string[];
  toAddress(name: string, values: string[]): void;
  restore(view: TableView): void;
  copyButtons(view: TableView, say: (text: string) => void): HTMLElement[];
  pager(view: TableView): HTMLElement;
  view(model: TableModel): TableView;
  button(text: string, act: () => void): HTMLButtonElement;
}

declare var wattboardTables: WattboardTables;
