/** The graph as a table in the picture's place, for screen readers and for reading: sorted by any
 * figure, filtered by any word, with the picture's selection.
 */
import { nodeLight } from "@dagnet-realtime/engine/select/totals";
import { edgeSeen, ghostEdges } from "@dagnet-realtime/engine/select/traces";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { ArrowDown, ArrowUp, Search, X } from "lucide-react";
import { Fragment, useEffect, useMemo, useRef, useState } from "react";
import { ago, clock, count, plural, rate } from "./format.ts";
import { useActions, useEngine, useSession, useSessionContext } from "./hooks.ts";
import { Button } from "./kit/controls.tsx";
import { useStillOrder } from "./kit/stillOrder.ts";
import { useWindowedRows } from "./kit/windowedRows.ts";
import "./styles/graphTable.css";
import { useViewState } from "./useViewState.ts";

const MOST_JUMPS = 100;
/** The height of a row of one line, in pixels. */
const ROW = 31;
/** Shorter tables are drawn whole. */
const WHOLE = 60;
/** Rows drawn beyond each edge. */
const SPARE = 10;
/** What takes the keyboard in a row. */
const STOP = ".table-open";

/** A node with what the graph says of it and its figures of this moment. */
interface NodeRow {
  readonly uuid: string;
  readonly label: string;
  readonly listens: string;
  readonly count: number;
  /** Of so many, under a filter. */
  readonly of: number | null;
  readonly rate: number;
  readonly lastAt: number | null;
}

/** What the rows can be sorted by. */
type Column = "label" | "listens" | "count" | "rate" | "lastAt";

const COLUMNS: readonly (readonly [column: Column, title: string, number: boolean])[] = [
  ["label", "Node", false], ["listens", "Listens for", false], ["count", "Events", true], ["rate", "Per second", true], ["lastAt", "Last", true],
];

export interface Sorting {
  readonly by: Column;
  readonly down: boolean;
}

/** Rows in the order asked for, the graph's own between equals; null for the graph's own order. */
export function sorted<R extends Pick<NodeRow, Column>>(rows: readonly R[], sorting: Sorting | null): readonly R[] {
  if (sorting === null) return rows;
  const { by, down } = sorting;
  const value = (row: R): number | string => row[by] ?? -Infinity;
  const compare = (a: number | string, b: number | string): number => (typeof a === "string" && typeof b === "string" ? a.localeCompare(b, undefined, { numeric: true, sensitivity: "base" }) : a < b ? -1 : a > b ? 1 : 0);
  return [...rows].sort((a, b) => (down ? -1 : 1) * compare(value(a), value(b)));
}

/** A column's next sorting: figures fall first, names rise; then the other way, then not. */
export function nextSorting(sorting: Sorting | null, by: Column): Sorting | null {
  const first = by !== "label" && by !== "listens";
  if (sorting?.by !== by) return { by, down: first };
  return sorting.down === first ? { by, down: !first } : null;
}

/** Rows whose name or event has every word of `text`. */
export function filtered<R extends Pick<NodeRow, "label" | "listens">>(rows: readonly R[], text: string): readonly R[] {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return words.length === 0 ? rows : rows.filter(({ label, listens }) => words.every((word) => `${label} ${listens}`.toLowerCase().includes(word)));
}

/** What the graph says of its nodes, found once a graph. */
function factsOf(graph: Graph): { readonly labels: ReadonlyMap<string, string>; readonly listens: ReadonlyMap<string, string>; readonly ways: ReadonlyMap<string, Graph["edges"]> } {
  const labels = new Map(graph.nodes.map(({ uuid, label, id }) => [uuid, label || id]));
  const names = new Map<string, string[]>();
  for (const listen of graph.listens) names.set(listen.node, [...(names.get(listen.node) ?? []), ...listen.names]);
  const listens = new Map(graph.nodes.map(({ uuid, dark }) => [uuid, names.get(uuid)?.join(", ") || dark || "no event"]));
  const ways = new Map<string, Graph["edges"][number][]>();
  for (const edge of graph.edges) {
    const known = ways.get(edge.source);
    if (known) known.push(edge);
    else ways.set(edge.source, [edge]);
  }
  return { labels, listens, ways };
}

const uuidOf = ({ uuid }: NodeRow): string => uuid;

/** Shown while it is mounted; Escape and `onClose` close it. */
export function GraphTable({ onClose }: { readonly onClose: () => void }) {
  const graph = useSession((state) => state.graph);
  return graph && <Table graph={graph} onClose={onClose} />;
}

function Table({ graph, onClose }: { readonly graph: Graph; readonly onClose: () => void }) {
  const { engine } = useSessionContext();
  const actions = useActions();
  const selected = useSession((state) => state.selected);
  const now = useEngine("numbers", (_, at) => at);
  const rates = useViewState().figures === "rates";
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [text, setText] = useState("");
  const facts = useMemo(() => factsOf(graph), [graph]);
  const all = graph.nodes.map(({ uuid }): NodeRow => {
    const light = nodeLight(engine.state, uuid, now);
    return { uuid, label: facts.labels.get(uuid) ?? uuid, listens: facts.listens.get(uuid) ?? "", count: light.count, of: light.of ?? null, rate: light.rate, lastAt: light.lastAt };
  });
  const { shown, still } = useStillOrder(sorted(filtered(all, text), sorting), uuidOf);
  const jumps = ghostEdges(engine.state, MOST_JUMPS);
  const name = (uuid: string): string => facts.labels.get(uuid) ?? uuid;

  const scroller = useRef<HTMLDivElement>(null);
  const { ref, windowed, rows, onKeyDown, onFocus, onBlur } = useWindowedRows<NodeRow, HTMLTableSectionElement, HTMLTableRowElement>({ items: shown, keyOf: uuidOf, scroller: () => scroller.current, about: ROW, whole: WHOLE, spare: SPARE, stop: STOP });
  useEffect(() => {
    const before = document.activeElement;
    scroller.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  const drawn = windowed ? rows.getVirtualItems() : shown.map((_, index) => ({ index, start: 0, end: 0 }));
  const tall = windowed ? rows.getTotalSize() : 0;
  return (
    <section className="graph-table" aria-labelledby="graph-table-title">
      <header className="graph-table-head">
        <h2 id="graph-table-title">{`${graph.title || graph.name} as a table`}</h2>
        <span className="quiet" role="status">{shown.length === all.length ? plural(all.length, "node") : `${count(shown.length)} of ${plural(all.length, "node")}`}</span>
        <label className="search">
          <Search size={14} aria-hidden="true" />
          <input
            value={text}
            placeholder="Node or event…"
            aria-label="Filter the table by node or event"
            onChange={(event) => { setText(event.target.value); }}
            onKeyDown={(event) => {
              if (event.key !== "Escape") return;
              event.stopPropagation();
              if (text === "") onClose();
              else setText("");
            }}
          />
        </label>
        <Button voice="quiet" icon={<X size={16} />} aria-label="Close" title="Back to the graph (T)" onClick={onClose} />
      </header>
      <div ref={scroller} className="table-scroll" tabIndex={0} role="region" aria-label="Nodes and their traffic">
        <table className="table" aria-rowcount={shown.length + 1}>
          <thead>
            <tr aria-rowindex={1}>
              {COLUMNS.map(([column, title, number]) => (
                <th key={column} scope="col" className={number ? "number" : undefined} aria-sort={sorting?.by === column ? (sorting.down ? "descending" : "ascending") : "none"}>
                  <button type="button" className="table-sort" onClick={() => { setSorting(nextSorting(sorting, column)); }}>
                    {title}
                    {sorting?.by === column && (sorting.down ? <ArrowDown size={12} aria-hidden="true" /> : <ArrowUp size={12} aria-hidden="true" />)}
                  </button>
                </th>
              ))}
              <th scope="col">Leads to, seen</th>
              <th scope="col">Unexpected steps to</th>
            </tr>
          </thead>
          <tbody
            {...still}
            ref={ref}
            onKeyDown={onKeyDown}
            onFocus={(event) => {
              onFocus(event);
              still.onFocus(event);
            }}
            onBlur={(event) => {
              still.onBlur(event);
              onBlur(event);
            }}
          >
            {drawn.map(({ index, start }, n) => {
              const row = shown[index];
              if (row === undefined) return null;
              const gap = start - (drawn[n - 1]?.end ?? 0);
              const ways = (facts.ways.get(row.uuid) ?? []).map((edge) => `${name(edge.target)} ${count(edgeSeen(engine.state, edge.uuid))}×`);
              const jumped = jumps.filter(({ from }) => from === row.uuid).map((jump) => `${name(jump.to)} ${count(jump.count)}×`);
              return (
                <Fragment key={row.uuid}>
                  {gap > 0 && <tr aria-hidden="true" className="table-gap"><td colSpan={7} style={{ height: gap }} /></tr>}
                  <tr ref={windowed ? rows.measureElement : undefined} data-index={index} aria-rowindex={index + 2} data-selected={row.uuid === selected ? "yes" : undefined}>
                    <th scope="row">
                      <button type="button" className="table-open" aria-pressed={row.uuid === selected} title="Select the node" onClick={() => { actions.select(row.uuid); }}>{row.label}</button>
                    </th>
                    <td>{row.listens}</td>
                    <td className="number">{row.of === null ? count(row.count) : `${count(row.count)} of ${count(row.of)}`}</td>
                    <td className="number">{rates ? rate(row.rate) : "—"}</td>
                    <td className="number">{rates ? ago(row.lastAt, now) : row.lastAt === null ? "—" : clock(row.lastAt)}</td>
                    <td>{ways.join(", ") || "—"}</td>
                    <td>{jumped.join(", ") || "—"}</td>
                  </tr>
                </Fragment>
              );
            })}
            {windowed && tall > (drawn.at(-1)?.end ?? 0) && <tr aria-hidden="true" className="table-gap"><td colSpan={7} style={{ height: tall - (drawn.at(-1)?.end ?? 0) }} /></tr>}
          </tbody>
        </table>
        {shown.length === 0 && <p className="quiet">No node matches.</p>}
      </div>
    </section>
  );
}
