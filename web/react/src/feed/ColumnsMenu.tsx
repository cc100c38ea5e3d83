/** Which columns the feed shows, and how wide they are. */
import { Button } from "../kit/controls.tsx";
import { ALWAYS, COLUMN_WIDTH, COLUMNS, type Column, type FeedColumns, TITLES, withShown, withWidth } from "./columns.ts";

interface ColumnsMenuProps {
  readonly columns: FeedColumns;
  readonly onColumns: (next: FeedColumns) => void;
  /** How wide a column is at the moment, in pixels; 0 if it is not drawn. */
  readonly widthOf: (name: Column) => number;
}

const STEP = 8;

/** A line a column: whether it is shown, and its width. */
export function ColumnsMenu({ columns, onColumns, widthOf }: ColumnsMenuProps) {
  return (
    <>
      <ul className="columns-menu">
        {COLUMNS.map((name) => {
          const shown = columns[name] !== 0;
          const width = columns[name] || widthOf(name);
          return (
            <li key={name}>
              <label>
                <input type="checkbox" checked={shown} disabled={name === ALWAYS} onChange={({ target }) => { onColumns(withShown(columns, name, target.checked)); }} />
                {TITLES[name]}
              </label>
              <input
                type="range"
                aria-label={`Width of ${TITLES[name]}`}
                aria-valuetext={columns[name] ? `${width} pixels` : `as it comes, ${width} pixels`}
                min={COLUMN_WIDTH.least}
                max={Math.max(width, MOST)}
                step={STEP}
                value={width}
                disabled={!shown || width === 0}
                onChange={({ target }) => { onColumns(withWidth(columns, name, Number(target.value))); }}
              />
            </li>
          );
        })}
      </ul>
      <p className="quiet">The edge of a heading can be dragged too. This browser remembers.</p>
      <Button className="button-small" disabled={Object.keys(columns).length === 0} onClick={() => { onColumns({}); }}>
        Reset columns
      </Button>
    </>
  );
}

/** The wide end of the range, in pixels; a drag goes further. */
const MOST = 560;
