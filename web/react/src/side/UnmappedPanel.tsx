/** Events that no node listens for: how many, since when, examples, and a way to map them. */
import { NAMELESS } from "@dagnet-realtime/engine/matching";
import { invisibleDifference } from "@dagnet-realtime/engine/nearMiss";
import { bindPatches } from "@dagnet-realtime/engine/select/bindPatches";
import { totals } from "@dagnet-realtime/engine/select/totals";
import { nearestNames, type UnmappedName, unmappedNames } from "@dagnet-realtime/engine/select/unmapped";
import { Download, Unplug } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { download } from "../download.ts";
import { clock, count, plural, rate, share } from "../format.ts";
import { useActions, useEngine, useSessionContext, useSession } from "../hooks.ts";
import { Button } from "../kit/controls.tsx";
import { NearMisses, useNearMisses } from "./NearMisses.tsx";

const MapSheet = lazy(() => import("./MapSheet.tsx").then(({ MapSheet: component }) => ({ default: component })));

/** Rows drawn; the rest is said as a number. */
const ROWS = 60;

/** `few` is the short form below the traces. */
export function UnmappedPanel({ few }: { readonly few?: number }) {
  const { names, who, other } = useUnmapped();
  const figures = useEngine("numbers", (state, now) => totals(state, now));
  const [mapping, setMapping] = useState<string | null>(null);
  const all = names.reduce((sum, { rate: one }) => sum + one, 0);
  const most = Math.max(0.1, ...names.map((one) => one.rate));
  const shown = names.slice(0, few ?? ROWS);
  return (
    <section className="side-part" aria-label="Unmapped events">
      <header className="side-head">
        <h2 className="unmapped-title">
          <Unplug size={15} aria-hidden="true" /> Unmapped events
        </h2>
        {figures.unmapped > 0 && (
          <span className="quiet">
            {rate(all)}/s · {share(figures.mappedShare === null ? 0 : 1 - figures.mappedShare)}
          </span>
        )}
      </header>
      {names.length === 0 && <p className="quiet">{figures.mapped > 0 ? "None. Every event so far reached a node." : "None so far."}</p>}
      {few === undefined && <EverythingUnmapped />}
      <ul className="unmapped">
        {shown.map((one) => (
          <Name
            key={one.name}
            one={one}
            most={most}
            full={few === undefined}
            onMap={() => {
              setMapping(one.name);
            }}
          />
        ))}
      </ul>
      {few === undefined && names.length > ROWS && <p className="quiet">and {plural(names.length - ROWS, "further name")}</p>}
      {few === undefined && other > 0 && <p className="quiet">{plural(other, "event")} under names that are not counted apart.</p>}
      {few === undefined && who.length > 0 && (
        <p className="quiet" title="They light no node in any graph, and are left out of the share of mapped events.">
          Besides: {who.map((one) => `${count(one.count)} ${one.name}`).join(", ")}. Such messages say who a person is.
        </p>
      )}
      {few === undefined && <Bound />}
      {mapping !== null && (
        <Suspense>
          <MapSheet
            name={mapping}
            onClose={() => {
              setMapping(null);
            }}
          />
        </Suspense>
      )}
    </section>
  );
}

function Name({ one, most, full, onMap }: { readonly one: Rated; readonly most: number; readonly full: boolean; readonly onMap: () => void }) {
  const actions = useActions();
  const misses = useNearMisses(full ? one.sample : null);
  const near = useEngine("numbers", (state) => (full && misses.length === 0 ? nearestNames(state, one.name, 1)[0] : undefined));
  return (
    <li className="unmapped-row">
      <i className="mark mark-unmapped" aria-hidden="true" />
      <span className="mono unmapped-name" title={one.name}>
        {one.name}
      </span>
      <span className="meter" aria-hidden="true">
        <i style={{ width: `${Math.max(4, (one.rate / most) * 100)}%` }} />
      </span>
      <span className="mono quiet unmapped-rate" title={`${count(one.count)} so far`}>
        {one.rate > 0 ? `${rate(one.rate)}/s` : count(one.count)}
      </span>
      {one.name !== NAMELESS && (
        <Button className="button-small" aria-label={`Map… ${one.name} to a node`} onClick={onMap}>
          Map…
        </Button>
      )}
      {full && (
        <p className="unmapped-more quiet">
          {one.name === NAMELESS && "The call has no event name, so that no node can listen for it. "}
          {count(one.count)} · first {clock(one.firstAt)} · last {clock(one.lastAt)}
          <NearMisses misses={misses} />
          {near && (
            <>
              <br />
              Like <code>{near.name}</code>, which lights{" "}
              <button
                type="button"
                className="link"
                onClick={() => {
                  actions.select(near.node);
                }}
              >
                {near.label}
              </button>
              {near.why === "case" ? ": only the case differs." : invisibleDifference(one.name, near.name) ? `: ${invisibleDifference(one.name, near.name)}.` : near.why === "signs" ? ": only spaces or signs differ." : "."}
            </>
          )}
        </p>
      )}
    </li>
  );
}

/** Everything unmapped usually has one cause; say which ones to look at. */
function EverythingUnmapped() {
  const figures = useEngine("numbers", (state, now) => totals(state, now));
  if (figures.unmapped === 0 || figures.mapped > 0) return null;
  return (
    <p className="near">
      <strong>Events arrive, and none of them lights a node.</strong> Names are compared exactly, case included. Either this graph is about other events, or its event definitions miss Segment’s names: see the likest names below, map one to try it, or run <code>dagnet-realtime check</code> on the data folder.
    </p>
  );
}

function Bound() {
  const { engine } = useSessionContext();
  const binds = useEngine("rows", (state) => state.binds.size);
  const graph = useSession((state) => state.graph?.name ?? "graph");
  if (binds === 0) return null;
  return (
    <div className="bound">
      <p>{plural(binds, "name")} mapped in this session only. DagNet’s files are not touched.</p>
      <Button
        icon={<Download size={15} />}
        onClick={() => {
          const text = bindPatches(engine.state)
            .map(({ file, text: part }) => `# ${file}\n${part}`)
            .join("---\n");
          download(`${graph}-mapping.yaml`, text, "application/yaml");
        }}
      >
        Export as a patch (YAML)
      </Button>
    </div>
  );
}

/** An unmapped name with its events a second. */
export interface Rated extends UnmappedName {
  readonly rate: number;
}

/** The unmapped names with their rates, twice a second at most. */
export function useUnmapped(): { readonly names: readonly Rated[]; readonly who: readonly UnmappedName[]; readonly other: number } {
  const { engine, store } = useSessionContext();
  useSession((state) => state.numbersTick);
  const [rates, setRates] = useState<Rates>(NO_SAMPLES);
  useEffect(
    () =>
      store.subscribe(({ numbersTick: second }, before) => {
        if (second === before.numbersTick) return;
        const counts = new Map(unmappedNames(engine.state, engine.at()).names.map(({ name, count }) => [name, count]));
        setRates((known) => addSample(known, engine.now(), counts));
      }),
    [engine, store],
  );
  const { names, identity: who, other } = unmappedNames(engine.state, engine.at());
  return { names: names.map((one) => ({ ...one, rate: rateOf(rates, one.name) })), who, other };
}

const MOST_SAMPLES = 11;

interface RateSample {
  readonly at: number;
  readonly counts: ReadonlyMap<string, number>;
}

/** The counts of the last seconds, from which rates are made. */
export interface Rates {
  readonly samples: readonly RateSample[];
}

export const NO_SAMPLES: Rates = { samples: [] };

/** Takes another sample, unless the last is under half a second old or the clock is stopped. */
export function addSample(rates: Rates, at: number, counts: ReadonlyMap<string, number>): Rates {
  const last = rates.samples.at(-1);
  if (last && at - last.at < 500) return at < last.at ? { samples: [{ at, counts }] } : rates;
  return { samples: [...rates.samples, { at, counts }].slice(-MOST_SAMPLES) };
}

/** Events per second of one name over the samples; a name that the first sample did not have began
 * at 0.
 */
export function rateOf({ samples: looks }: Rates, name: string): number {
  const first = looks[0];
  const last = looks.at(-1);
  if (!first || !last || last.at <= first.at) return 0;
  return Math.max(0, ((last.counts.get(name) ?? 0) - (first.counts.get(name) ?? 0)) / ((last.at - first.at) / 1000));
}
