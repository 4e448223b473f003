/** What `core.js` gives to the other scripts. */
interface Wattboard {
  /** Address of the folder with this program's scripts, ending with "/". */
  assets: string;
  /** Address of the leaderboard's front page, ending with "/". */
  root: string;
  data(url: string): Promise<any>;
  receive(content: any): void;
  ready(start: () => void): void;
  numbers: {
    /** @param digits Decimals; null: four significant digits. */
    number(value: number, digits?: number | null): string;
    fixed(value: number, digits: number): string;
  };
}

declare var wattboard: Wattboard;
