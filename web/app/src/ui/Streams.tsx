/** The streams that the workspaces' sources read: each partition with its owner, lag, last answer
 * and refusals.
 */
import type { StreamPartition, StreamSummary, WorkspaceSummary } from "@dagnet-realtime/client/api";
import { ago, count, span } from "@dagnet-realtime/react/format";
import { Sheet } from "@dagnet-realtime/react/kit/Sheet.tsx";
import { useEffect, useState } from "react";
import { useApp, useUi } from "../hooks.ts";
import { toNotice } from "../store/notices.ts";

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
        <section key={`${where} ${stream.source}`} aria-label={stream.source}>
          <h3>
            {stream.source} <span className="quiet">{where}</span>
          </h3>
          <p role="status" className={stream.trouble ? "ledger-bad" : "quiet"}>
            {stream.trouble || streamText(stream)}
          </p>
          {stream.partitions.length > 0 && <Partitions stream={stream} now={shown.at} />}
        </section>
      ))}
    </Sheet>
  );
}

function Partitions({ stream, now }: { readonly stream: StreamSummary; readonly now: number }) {
  return (
    <table className="ledger">
      <thead>
        <tr>
          {["Partition", "Read by", "Behind", "Last answer", "Read", "Refused", "Gaps"].map((word) => (
            <th key={word} scope="col">
              {word}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {stream.partitions.map((one) => (
          <tr key={`${one.topic}/${one.partition}`} title={one.trouble}>
            {partitionCells(one, now).map((cell, column) => (column === 0 ? <th key={column} scope="row">{cell}</th> : <td key={column} className="mono">{cell}</td>))}
          </tr>
        ))}
      </tbody>
    </table>
  );
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

export function streamText({ connected, watched }: StreamSummary): string {
  if (!connected) return "Not connected.";
  return watched ? "Connected; records are read while Realtime is On." : "Connected; nothing is read while Realtime is Off.";
}

/** What a row of the table says: name, owner, how far behind, last answer, read, refused, gaps. */
export function partitionCells(one: StreamPartition, now: number): string[] {
  const refused = Object.entries(one.refused).map(([code, times]) => `${count(times)} ${code}`);
  return [
    `${one.topic} ${one.partition}`,
    one.owner || "no process",
    one.behind === 0 ? "0" : `${count(one.behind)} (${span(one.lag * 1000)})`,
    one.fetched_at === 0 ? "none yet" : `${ago(one.fetched_at, now)} ago`,
    count(one.read),
    refused.join(", ") || "0",
    count(one.gaps),
  ];
}
