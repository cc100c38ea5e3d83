/** The end of the strip: guarantees, coverage, share of mapped events, and the ledger. */
import { coverage } from "@dagnet-realtime/engine/select/coverage";
import { ledger, nodeLight, posture, type TotalsOfState } from "@dagnet-realtime/engine/select/totals";
import { Check, TriangleAlert } from "lucide-react";
import { Suspense } from "react";
import { count, plural, share } from "../format.ts";
import { useActions, useEngine, useSessionContext, useSession } from "../hooks.ts";
import { lazyPart } from "../kit/lazyPart.tsx";
import { LazyPopover } from "../kit/LazyPopover.tsx";
import { Button } from "../kit/controls.tsx";
import { guaranteeChips } from "./guarantees.ts";

/** The right end of the strip: coverage, ledger and guarantees. */
export function StripEnd({ figures }: { readonly figures: TotalsOfState }) {
  return (
    <>
      <GuaranteeChips />
      <Coverage />
      {figures.mappedShare !== null && (
        <LazyPopover
          title="Mapped events"
          align="end"
          trigger={
            <button type="button" className="plain figure figure-cut">
              <strong className="figure-small">{share(figures.mappedShare)}</strong> <span className="cut-first">of events</span> mapped
            </button>
          }
        >
          <p>{plural(figures.mapped, "event")} reached a node; {count(figures.unmapped)} had a name that no node listens for. The tab Unmapped lists such names.</p>
          {figures.identity > 0 && <p>{plural(figures.identity, "message")} said who a person is, and could reach no node.</p>}
          {figures.ignored > 0 && <p>{plural(figures.ignored, "event")} had a name that is ignored here, and are left out of the share.</p>}
        </LazyPopover>
      )}
      <LedgerChip />
    </>
  );
}

const CoverageLists = lazyPart(async () => (await import("./CoverageLists.tsx")).CoverageLists);

/** More squares than this say no more than the number does. */
const SQUARES = 14;

/** How much of the graph has lit, with a popover that lists it. */
export function Coverage() {
  const { engine } = useSessionContext();
  const graph = useSession((state) => state.graph);
  const found = useEngine("numbers", (state) => coverage(state));
  const { nodesLit, nodes, dark, never } = found;
  const at = useEngine("numbers", () => engine.at());
  if (!graph || nodes === 0) return null;
  const silent = new Set(dark);
  const apart = new Set(never.map(({ node }) => node));
  const can = graph.nodes.filter(({ uuid }) => !apart.has(uuid));
  const squares = [...can].sort((a, b) => Number(silent.has(a.uuid)) - Number(silent.has(b.uuid))).slice(0, SQUARES);
  const step = (uuid: string): number => Math.ceil(nodeLight(engine.state, uuid, at).level * 5);
  return (
    <LazyPopover
      wide
      title="Coverage so far"
      align="end"
      trigger={
        <button type="button" className="plain coverage" aria-label={`Coverage: ${nodesLit} of ${plural(nodes, "event node")} seen`}>
          <span className="wide-only">Coverage</span>{" "}
          <strong className="figure-small">
            {nodesLit} of {nodes}
          </strong>{" "}
          <span className="cut-first">event nodes</span>
          <span className="squares" aria-hidden="true">
            {squares.map(({ uuid }) => (
              <i key={uuid} className={silent.has(uuid) ? "square square-dark" : `square square-${step(uuid)}`} />
            ))}
            {never.length > 0 && <i className="square square-never" />}
          </span>
        </button>
      }
    >
      <Suspense fallback={null}>
        <CoverageLists graph={graph} found={found} />
      </Suspense>
    </LazyPopover>
  );
}

const LedgerLists = lazyPart(async () => (await import("./LedgerLists.tsx")).LedgerLists);

/** Whether every event is accounted for, with a popover that has the sums. */
export function LedgerChip() {
  const told = useEngine("numbers", (state) => ledger(state));
  const counted = useEngine("numbers", (state) => posture(state).policy?.exact_counts ?? true);
  const sums = told.balances && told.doors.every((door) => door.balances);
  const lost = told.missed.exact > 0 || told.missed.unknown > 0;
  return (
    <LazyPopover
      wide
      title="Where every event went"
      align="end"
      trigger={
        <button type="button" className={sums ? (lost ? "chip chip-warn" : "chip") : "chip chip-bad"} aria-label={sums ? (lost ? "missed some events" : counted ? "Nothing lost" : "Ledger of what was heard") : "The numbers do not add up"}>
          {sums ? <Check size={13} aria-hidden="true" /> : <TriangleAlert size={13} aria-hidden="true" />}
          {sums ? (lost ? "missed some" : counted ? "nothing lost" : "heard only") : "does not add up"}
        </button>
      }
    >
      <Suspense fallback={null}>
        <LedgerLists told={told} counted={counted} />
      </Suspense>
    </LazyPopover>
  );
}

/** What is left out of counts or events at the moment, with popovers that say why. */
export function GuaranteeChips() {
  const atServer = useSession((state) => state.serverFilter);
  const chips = guaranteeChips(useEngine("numbers", (state) => posture(state)), atServer);
  return chips.map(({ key, word, title, says }) => (
    <LazyPopover
      key={key}
      title={title}
      align="end"
      trigger={
        <button type="button" className={key === "redacted" ? "chip cut-first" : "chip chip-warn"}>
          {word}
        </button>
      }
    >
      {says.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {(key === "thinned" || key === "filtered") && <AtServer />}
    </LazyPopover>
  ));
}

/** If a thinned view leaves out wanted events, the server can spend the budget on them alone. */
function AtServer() {
  const actions = useActions();
  const filter = useSession((state) => state.filter);
  const atServer = useSession((state) => state.serverFilter);
  const unread = useEngine("numbers", (state) => state.filterProblem !== null);
  if (filter === "" || unread) return null;
  return (
    <Button
      className="button-small"
      title={atServer ? undefined : "The whole budget goes to the events that pass; what is left out is counted as filtered and lights nothing."}
      onClick={() => {
        void actions.filterAtServer(atServer === "");
      }}
    >
      {atServer ? "Carry everything again" : "Carry only what passes the filter"}
    </Button>
  );
}
