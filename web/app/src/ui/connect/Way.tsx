/** The way of one event, stage by stage; only where the tap heard it, since nobody else knows its beginning. */
import { LOCAL } from "@dagnet-realtime/engine/dedupe";
import { clockMs, span } from "../format.ts";
import type { FeedRow } from "../read.ts";
import { wayOf } from "./way.ts";
import "../../styles/connect.css";

export function Way({ row }: { readonly row: FeedRow }) {
  if ((row.lanes & LOCAL) === 0) return null;
  return (
    <>
      <dt>its way</dt>
      <dd>
        <ol className="way">
          {wayOf(row).map(({ word, at, since, bad }) => (
            <li key={word} className={bad ? "way-bad" : undefined}>
              <span>{word}</span> <span className="mono quiet">{since === null ? clockMs(at) : `+${span(since)}`}</span>
            </li>
          ))}
        </ol>
      </dd>
    </>
  );
}
