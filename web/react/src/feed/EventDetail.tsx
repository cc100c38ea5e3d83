/** An opened event: both times, its delivery, its traces and every property that is kept; each
 * value becomes a filter.
 */
import { quote } from "@dagnet-realtime/engine/filter";
import { LOCAL } from "@dagnet-realtime/engine/dedupe";
import { useState } from "react";
import { clockMs, moment, span, value } from "../format.ts";
import { useActions, useSession } from "../hooks.ts";
import { Button, Copy } from "../kit/controls.tsx";
import { type FeedRow, lag, LIGHTS, rawOf } from "../selectors.ts";
import { TraceName } from "../side/TraceName.tsx";
import { NearMisses, useNearMisses } from "../side/NearMisses.tsx";
import { deliveryOf } from "./delivery.ts";
import "../styles/event.css";

/** An opened row: fields or JSON. */
export function EventDetail({ row }: { readonly row: FeedRow }) {
  const [raw, setRaw] = useState(false);
  const text = JSON.stringify(rawOf(row), null, 2);
  return (
    <div className="payload" role="cell">
      <div className="payload-bar">
        <Button voice="quiet" className="button-small" aria-pressed={!raw} onClick={() => { setRaw(false); }}>
          Fields
        </Button>
        <Button voice="quiet" className="button-small" aria-pressed={raw} onClick={() => { setRaw(true); }}>
          JSON
        </Button>
        <Copy text={text} label="Copy the event as JSON" />
        <span className="quiet">Only the properties that the workspace allows are kept.</span>
      </div>
      {raw ? (
        <pre className="payload-raw" tabIndex={0} aria-label="The event as JSON">
          {text}
        </pre>
      ) : (
        <Fields row={row} />
      )}
    </div>
  );
}

function Fields({ row }: { readonly row: FeedRow }) {
  const filter = useSession((state) => state.filter);
  const actions = useActions();
  const add = (term: string): void => {
    actions.filter(`${filter} ${term}`.trim());
  };
  const late = lag(row);
  return (
    <dl className="fields">
      <dt>occurred</dt>
      <dd className="mono">{moment(row.occurredAt)}</dd>
      <dt>arrived</dt>
      <dd className="mono">
        {Number.isNaN(row.arrivedAt) ? <span className="quiet">not from the server, so far</span> : moment(row.arrivedAt)} {late !== null && <span className="quiet">({span(late)} later)</span>}
      </dd>
      <DeliverySteps row={row} />
      <dt>type</dt>
      <dd>
        <Filtering term={`type:${row.type}`} text={row.type} onAdd={add} />
      </dd>
      <dt>name</dt>
      <dd>
        <Filtering term={`event:${quote(row.name)}`} text={row.name} onAdd={add} />
      </dd>
      <Unlit row={row} />
      <dt>source</dt>
      <dd>
        <Filtering term={`source:${quote(row.source)}`} text={row.source} onAdd={add} />
      </dd>
      {row.traces.map(({ kind, token }) => (
        <Pair key={`${kind} ${token}`} name={kind}>
          <Filtering term={`trace:${quote(token)}`} text={token} onAdd={add} />
          <button type="button" className="link fields-more" onClick={() => { actions.showTrace(token); }}>
            show <TraceName token={token} />
          </button>
        </Pair>
      ))}
      {Object.entries(row.revealed ?? {}).map(([kind, of]) => (
        <Pair key={`as sent ${kind}`} name={`${kind}, as sent`}>
          <span className="mono">{of}</span>
        </Pair>
      ))}
      {Object.entries(row.properties).map(([key, of]) => (
        <Pair key={key} name={key}>
          {of === null || typeof of === "object" ? <span className="mono">{value(of)}</span> : <Filtering term={`${key}:${quote(String(of))}`} text={value(of)} onAdd={add} />}
        </Pair>
      ))}
      {row.flags.length > 0 && (
        <Pair name="marks">
          <span>{row.flags.join(", ")}</span>
        </Pair>
      )}
    </dl>
  );
}

/** Why an event that could have lit a node lit none. */
function Unlit({ row }: { readonly row: FeedRow }) {
  const misses = useNearMisses(row);
  if (row.nodes.length > 0 || !LIGHTS.has(row.type)) return null;
  return <Pair name="node">{misses.length === 0 ? <span>none: no node listens for this name</span> : <NearMisses misses={misses} />}</Pair>;
}

function Pair({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Filtering({ term, text, onAdd }: { readonly term: string; readonly text: string; readonly onAdd: (term: string) => void }) {
  return (
    <button type="button" className="link mono" title={`Filter by ${term}`} onClick={() => { onAdd(term); }}>
      {text}
    </button>
  );
}

/** The stages of a local event's delivery, with their times. */
export function DeliverySteps({ row }: { readonly row: FeedRow }) {
  if ((row.lanes & LOCAL) === 0) return null;
  return (
    <>
      <dt>its way</dt>
      <dd>
        <ol className="way">
          {deliveryOf(row).map(({ word, at, since, bad }) => (
            <li key={word} className={bad ? "way-bad" : undefined}>
              <span>{word}</span> <span className="mono quiet">{since === null ? clockMs(at) : `+${span(since)}`}</span>
            </li>
          ))}
        </ol>
      </dd>
    </>
  );
}
