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

/** A table as its page came, rows in the page's order. Read once; the rows outlive their place in the page. */
interface TableModel {
  table: HTMLTableElement;
  /** Such as "summary": tells the parts of the address that are this table's. */
  id: string;
  rows: HTMLTableRowElement[];
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
  change(choice: Partial<TableChoice>): void;
  /** Called after every change. */
  listeners: (() => void)[];
}

interface WattboardTables {
  PAGE_ROWS: number;
  views: WeakMap<HTMLTableElement, TableView>;
  read(table: HTMLTableElement): TableModel;
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
