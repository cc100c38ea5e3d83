/** Events that no node listens for, in groups: how many, since when, and what to do about them:
 * map, unmap, ignore.
 */
import { NAMELESS } from "@dagnet-realtime/engine/matching";
import { totals, type TotalsOfState } from "@dagnet-realtime/engine/select/totals";
import { mappedNames, type UnmappedName, unmappedNames } from "@dagnet-realtime/engine/select/unmapped";
import { type GroupName, GROUPS, groupUnmapped, type UnmappedItem } from "@dagnet-realtime/engine/select/unmappedGroups";
import { FileDiff, Unplug } from "lucide-react";
import { Suspense, useEffect, useState } from "react";
import { clock, count, plural, rate, share } from "../format.ts";
import { useActions, useEngine, useSession, useSessionContext } from "../hooks.ts";
import { Button } from "../kit/controls.tsx";
import { lazyPart } from "../kit/lazyPart.tsx";
import { StillList } from "../kit/RovingList.tsx";
import { MiddleCut } from "../kit/MiddleCut.tsx";
import { type RowProps, WindowedList } from "../kit/WindowedList.tsx";
import { useViewState } from "../useViewState.ts";
import { NameDifference } from "./NameDifference.tsx";
import { NearMisses } from "./NearMisses.tsx";
import { labelOf } from "./text.ts";
import "../styles/ways.css";
import "../styles/unmapped.css";

const MapSheet = lazyPart(async () => (await import("./MapSheet.tsx")).MapSheet);
const PatchSheet = lazyPart(async () => (await import("./PatchSheet.tsx")).PatchSheet);

/** The height of most rows, in pixels: whole, and in the short form. */
const ROW = 80;
const SHORT_ROW = 58;

/** The rate of all unmapped events, under a key that no name can be. */
const ALL = "\u0000";

const TITLES: Readonly<Record<GroupName, readonly [title: string, says: string]>> = {
  nearly: ["Nearly", "A node listens for almost this."],
  elsewhere: ["Lights another graph", "Another graph of this workspace listens for it."],
  unknown: ["Unknown", "No graph of this workspace listens for it."],
  ignored: ["Ignored", "Left out of the share of mapped events, in this browser."],
};

/** `few` is the short form below the traces. */
export function UnmappedPanel({ few }: { readonly few?: number }) {
  const { host = {}, engine } = useSessionContext();
  const { names, who, other, rates } = useUnmapped();
  const figures = useEngine("numbers", (state) => totals(state, engine.at()));
  const view = useViewState();
  const [mapping, setMapping] = useState<string | null>(null);
  const groups = groupUnmapped(engine.state, names, (name) => host.litElsewhere?.(name) ?? "");
  const live = view.figures === "rates";
  const rateOfItem = (item: UnmappedItem): number => (live ? item.names.reduce((sum, { name }) => sum + rateOf(rates, name), 0) : 0);
  const filtered = view.banners.some(({ kind }) => kind === "filtered");
  const list = (items: readonly UnmappedItem[]) => {
    const most = Math.max(0.1, ...items.map(rateOfItem));
    return (
      <WindowedList className="unmapped" about={few === undefined ? ROW : SHORT_ROW} items={few === undefined ? items : items.slice(0, few)} keyOf={nameOf}>
        {(item, place) => <Item item={item} place={place} rate={rateOfItem(item)} most={most} full={few === undefined} onMap={() => { setMapping(item.name); }} />}
      </WindowedList>
    );
  };
  return (
    <section className="side-part" aria-label="Unmapped events">
      <header className="side-head">
        <h2 className="unmapped-title">
          <Unplug size={15} aria-hidden="true" /> Unmapped events
        </h2>
        {figures.unmapped > 0 && <span className="quiet">{headText(figures, live ? rateOf(rates, ALL) : null)}</span>}
      </header>
      {filtered && <p className="quiet">All events, whether they pass the filter or not.</p>}
      {names.length === 0 && <p className="quiet">{figures.mapped > 0 ? "None. Every event so far reached a node." : "None so far."}</p>}
      {few === undefined && <EverythingUnmapped />}
      {few === undefined && <Mapped />}
      {few === undefined
        ? GROUPS.map((group) => {
            const items = groups.get(group) ?? [];
            if (items.length === 0) return null;
            return (
              <section key={group} aria-label={TITLES[group][0]} className="unmapped-group">
                <h3 title={TITLES[group][1]}>
                  {TITLES[group][0]} <span className="mono">{count(items.reduce((sum, one) => sum + one.names.length, 0))}</span>
                </h3>
                {list(items)}
              </section>
            );
          })
        : list(GROUPS.filter((group) => group !== "ignored").flatMap((group) => groups.get(group) ?? []))}
      {few === undefined && other > 0 && <p className="quiet unmapped-rest">{plural(other, "event")} under further names, which are not counted apart.</p>}
      {few === undefined && who.length > 0 && (
        <p className="quiet unmapped-rest" title="They light no node in any graph, and are left out of the share of mapped events.">
          Besides: {who.map((one) => `${count(one.count)} ${one.name}`).join(", ")}. Such messages say who a person is.
        </p>
      )}
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

/** "52/s · 6.4%", without a rate while none is known. */
function headText({ mappedShare }: TotalsOfState, perSecond: number | null): string {
  return [perSecond === null ? "" : `${rate(perSecond)}/s`, share(mappedShare === null ? 0 : 1 - mappedShare)].filter(Boolean).join(" · ");
}

const nameOf = ({ name }: UnmappedItem): string => name;

interface ItemProps {
  readonly place: RowProps;
  readonly item: UnmappedItem;
  readonly rate: number;
  readonly most: number;
  readonly full: boolean;
  readonly onMap: () => void;
}

function Item({ item, place, rate: perSecond, most, full, onMap }: ItemProps) {
  const actions = useActions();
  const { name, names, count: n, group, misses, similar, elsewhere } = item;
  const family = names.length > 1;
  const firstAt = Math.min(...names.map((one) => one.firstAt)), lastAt = Math.max(...names.map((one) => one.lastAt));
  const map = name !== NAMELESS && !family && (
    <Button className="button-small" aria-label={`Map… ${name} to a node`} onClick={onMap}>
      Map…
    </Button>
  );
  return (
    <li {...place} className="unmapped-row" style={{ ...place.style, backgroundSize: `${(perSecond / most) * 100}% 100%` }}>
      <i className="mark mark-unmapped" aria-hidden="true" />
      <MiddleCut>{name}</MiddleCut>
      <p className="unmapped-line quiet">
        {full ? (
          <span>
            {family ? `${count(names.length)} names · ` : ""}first {clock(firstAt)} · last {clock(lastAt)}
          </span>
        ) : (
          map
        )}
        <span className="mono unmapped-count" title={`${count(n)} so far`}>
          {perSecond > 0 ? `${rate(perSecond)}/s` : ""}{full && perSecond > 0 ? " · " : ""}{full || perSecond === 0 ? count(n) : ""}
        </span>
      </p>
      {full && (
        <p className="unmapped-line">
          {map}
          <Button voice="quiet" className="button-small" aria-label={group === "ignored" ? `Show ${name} again` : `Ignore ${name}`} onClick={() => { actions.ignoreName(name, group !== "ignored"); }}>
            {group === "ignored" ? "Show again" : "Ignore"}
          </Button>
        </p>
      )}
      {full && (name === NAMELESS || misses.length > 0 || elsewhere !== "" || similar !== null) && (
        <p className="unmapped-more quiet">
          {name === NAMELESS && <span>The call has no event name, so that no node can listen for it.</span>}
          <NearMisses misses={misses} />
          {elsewhere !== "" && <span>Lights “{elsewhere}”.</span>}
          {similar !== null && (
            <span>
              <NameDifference sent={name} listened={similar.name} />, for{" "}
              <button
                type="button"
                className="link"
                onClick={() => {
                  actions.select(similar.node);
                }}
              >
                {similar.label}
              </button>
              .
            </span>
          )}
        </p>
      )}
    </li>
  );
}

/** The names that were mapped here: each leads to its node and can be unmapped at any time. */
function Mapped() {
  const actions = useActions();
  const graph = useSession((session) => session.graph);
  const names = useEngine("rows", mappedNames);
  const [exporting, setExporting] = useState(false);
  if (names.length === 0) return null;
  return (
    <section className="bound" aria-label="Mapped here">
      <h3>
        Mapped here <span className="quiet">in this session only</span>
      </h3>
      <StillList items={names} keyOf={({ name }) => name}>
        {({ name, node, count: n }) => (
          <li className="bound-row">
            <MiddleCut>{name}</MiddleCut>
            <span aria-label="lights">→</span>
            <button type="button" className="link" onClick={() => { actions.select(node); }}>
              {labelOf(graph, node)}
            </button>
            <span className="mono quiet">{count(n)}</span>
            <Button className="button-small" aria-label={`Unmap ${name}`} onClick={() => { actions.unbind(name); }}>
              Unmap
            </Button>
          </li>
        )}
      </StillList>
      <Button icon={<FileDiff size={15} />} onClick={() => { setExporting(true); }}>
        Export as a patch…
      </Button>
      {exporting && (
        <Suspense>
          <PatchSheet onClose={() => { setExporting(false); }} />
        </Suspense>
      )}
    </section>
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

export interface UnmappedFigures {
  readonly names: readonly UnmappedName[];
  readonly who: readonly UnmappedName[];
  readonly other: number;
  readonly rates: Rates;
}

/** The unmapped names, and their rates over the last seconds; those of all together too. */
export function useUnmapped(): UnmappedFigures {
  const { engine, store } = useSessionContext();
  useSession((session) => session.numbersTick);
  const [rates, setRates] = useState<Rates>(NO_SAMPLES);
  useEffect(
    () =>
      store.subscribe(({ numbersTick: second }, before) => {
        if (second === before.numbersTick) return;
        const counts = new Map(unmappedNames(engine.state, engine.at()).names.map(({ name, count: n }) => [name, n]));
        counts.set(ALL, totals(engine.state, engine.at()).unmapped);
        setRates((known) => addSample(known, engine.now(), counts));
      }),
    [engine, store],
  );
  const { names, identity: who, other } = unmappedNames(engine.state, engine.at());
  return { names, who, other, rates };
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
