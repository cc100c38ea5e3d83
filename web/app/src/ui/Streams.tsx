/** The streams that the workspaces' sources read: each partition with its owner, lag, last answer
 * and refusals.
 */
import type { StreamPartition, StreamSummary, WorkspaceSummary } from "@dagnet-realtime/client/api";
import { count, plural, since, span } from "@dagnet-realtime/react/format";
import { Sheet } from "@dagnet-realtime/react/kit/Sheet.tsx";
import { useEffect, useState } from "react";
import { useApp, useUi } from "../hooks.ts";
import { toNotice } from "../store/notices.ts";
import "../styles/streams.css";

/** Between two questions to the server while the sheet is open, in ms. */
const ASK_MS = 2000;

interface Shown {
  readonly at: number;
  readonly streams: readonly { readonly where: string; readonly stream: StreamSummary }[];
  readonly problem: string;
}

export function Streams({ onClose }: { readonly onClose: () => void }) {
  const { context } = useApp();
  const workspaces = useUi((ui) => ui.workspaces);
  const [shown, show] = useState<Shown | null>(null);
  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout>;
    const ask = async (): Promise<void> => {
      const found = await everyStream((one) => context.api.streams({ workspace: one.id, env: one.env }), workspaces);
      if (over) return;
      show(found);
      timer = setTimeout(() => void ask(), ASK_MS);
    };
    void ask();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [context, workspaces]);
  return (
    <Sheet title="Streams" wide onClose={onClose}>
      {shown === null && <p className="quiet">Asking…</p>}
      {shown?.problem && <p className="ledger-bad">{shown.problem}</p>}
      {shown?.streams.map(({ where, stream }) => (
        <section key={`${where} ${stream.source}`} className="streams-source" aria-label={stream.source}>
          <h3>
            {stream.source} <span className="quiet">{where}</span>
          </h3>
          {stream.trouble ? (
            <p role="status" className="ledger-bad">
              <Marked text={stream.trouble} />
            </p>
          ) : (
            <p role="status" className="streams-state">
              <i className={isReading(stream) ? "streams-dot streams-reading" : "streams-dot"} aria-hidden="true" />
              {streamText(stream)}
            </p>
          )}
          {stream.partitions.length > 0 && <Partitions stream={stream} now={shown.at} />}
        </section>
      ))}
    </Sheet>
  );
}

function Partitions({ stream, now }: { readonly stream: StreamSummary; readonly now: number }) {
  const columns = columnsOf(stream);
  const topics = [...new Set(stream.partitions.map(({ topic }) => topic))];
  return (
    <table className="streams-table">
      <thead>
        <tr>
          <th scope="col" className="streams-words">Partition</th>
          {columns.map(({ word, words }) => (
            <th key={word} scope="col" className={words ? "streams-words" : undefined}>
              {word}
            </th>
          ))}
        </tr>
      </thead>
      {topics.map((topic) => (
        <tbody key={topic}>
          <tr>
            <th scope="rowgroup" colSpan={columns.length + 1} className="streams-topic">
              {topic}
            </th>
          </tr>
          {stream.partitions
            .filter((one) => one.topic === topic)
            .map((one) => (
              <Row key={one.partition} one={one} columns={columns} now={now} />
            ))}
        </tbody>
      ))}
    </table>
  );
}

function Row({ one, columns, now }: { readonly one: StreamPartition; readonly columns: readonly Column[]; readonly now: number }) {
  return (
    <>
      <tr>
        <th scope="row" className="streams-words streams-name">
          {one.partition}
        </th>
        {columns.map(({ word, words, wide, value }) => (
          <td key={word} data-word={word} className={[words && "streams-words", wide && "streams-wide"].filter(Boolean).join(" ") || undefined}>
            {value(one, now)}
          </td>
        ))}
      </tr>
      {one.trouble && (
        <tr>
          <td colSpan={columns.length + 1} className="streams-words streams-wide streams-trouble">
            <span>
              Partition {one.partition}: <Marked text={one.trouble} />
            </span>
          </td>
        </tr>
      )}
    </>
  );
}

/** A sentence in which names stand between backticks. */
function Marked({ text }: { readonly text: string }) {
  return <>{text.split("`").map((part, at) => (at % 2 === 1 ? <code key={at} className="mono">{part}</code> : part))}</>;
}

/** Asks for the streams of every workspace that has some; if one request is refused, the error is
 * shown instead of them.
 */
export async function everyStream(ask: (workspace: WorkspaceSummary) => Promise<readonly StreamSummary[]>, workspaces: readonly WorkspaceSummary[]): Promise<Shown> {
  const having = workspaces.filter(({ streams = [] }) => streams.length > 0);
  try {
    const found = await Promise.all(having.map(async (one) => (await ask(one)).map((stream) => ({ where: `${one.id} · ${one.env}`, stream }))));
    return { at: Date.now(), streams: found.flat(), problem: "" };
  } catch (error) {
    const { what, remedy } = toNotice(error, "The streams cannot be asked for.");
    return { at: Date.now(), streams: [], problem: `${what} ${remedy}`.trim() };
  }
}

/** Whether the stream's records are being read. */
export function isReading({ connected, watched, trouble }: StreamSummary): boolean {
  return connected && watched && !trouble;
}

/** What a stream does, in a sentence; of one that is read, also what it has brought so far. */
export function streamText(stream: StreamSummary): string {
  if (!stream.connected) return "Not connected yet.";
  if (!stream.watched) return "Connected. Nothing is read while Realtime is Off.";
  const parts = stream.partitions;
  const read = parts.reduce((sum, one) => sum + one.read, 0);
  const refused = parts.reduce((sum, one) => sum + refusals(one), 0);
  const lag = Math.max(0, ...parts.map((one) => (one.behind === 0 ? 0 : one.lag)));
  return [
    `Reading ${plural(parts.length, "partition")}`,
    `${plural(read, "record")} so far`,
    ...(refused > 0 ? [`${count(refused)} refused`] : []),
    lag > 0 ? `up to ${span(lag * 1000)} behind` : "up to date",
  ].join(" · ");
}

function refusals({ refused }: StreamPartition): number {
  return Object.values(refused).reduce((sum, times) => sum + times, 0);
}

interface Column {
  readonly word: string;
  /** Whether it holds words, which begin at the left, rather than numbers. */
  readonly words?: boolean;
  /** Whether it takes a line of its own on a narrow screen. */
  readonly wide?: boolean;
  readonly value: (one: StreamPartition, now: number) => string;
}

const COLUMNS: readonly Column[] = [
  { word: "Read by", words: true, wide: true, value: ({ owner }) => owner || "no process" },
  { word: "Behind", value: ({ behind, lag }) => (behind === 0 ? "0" : `${count(behind)} (${span(lag * 1000)})`) },
  { word: "Last answer", value: ({ fetched_at: at }, now) => (at === 0 ? "none yet" : since(at, now)) },
  { word: "Read", value: ({ read }) => count(read) },
  { word: "Refused", wide: true, value: ({ refused }) => Object.entries(refused).map(([code, times]) => `${count(times)} ${code.replaceAll("_", " ")}`).join(", ") || "0" },
  { word: "Gaps", value: ({ gaps }) => count(gaps) },
];
const OTHERS: Column = { word: "Other sources’", value: ({ others }) => count(others) };

/** The columns after the partition's number; events of other sources only if the stream has any. */
export function columnsOf({ partitions }: StreamSummary): readonly Column[] {
  return partitions.some(({ others }) => others > 0) ? [...COLUMNS.slice(0, -1), OTHERS, ...COLUMNS.slice(-1)] : COLUMNS;
}
