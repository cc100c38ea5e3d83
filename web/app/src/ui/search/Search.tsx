/** The search over everything (Ctrl or ⌘ with K): one field, and below it what answers. */
import { count } from "@dagnet-realtime/react/format";
import { useSessionContext } from "@dagnet-realtime/react/hooks";
import { ChevronDown, CircleDot, CornerDownLeft, type LucideIcon, Route, Search as Glass, SquareTerminal, Waypoints, Zap } from "lucide-react";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { useApp } from "../../hooks.ts";
import { isSearchKey } from "../shortcuts.ts";
import { commandsOf } from "./commands.ts";
import { type Entry, entriesOf, type Kind, search } from "./entries.ts";
import "../../styles/search.css";

const TITLES: Readonly<Record<Kind, readonly [title: string, icon: LucideIcon]>> = {
  node: ["Nodes", CircleDot], command: ["Commands", SquareTerminal], trace: ["Traces", Route], event: ["Events", Zap], graph: ["Graphs", Waypoints],
};

/** Entries that PageUp and PageDown move by. */
const PAGE = 8;
const LIST = "search-found";

export function Search({ onClose }: { readonly onClose: () => void }) {
  const app = useApp();
  const { host = {} } = useSessionContext();
  const [all] = useState(() => ({ ...entriesOf(app, host), command: commandsOf(app, host) }));
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const dialog = useRef<HTMLDialogElement>(null);
  const [whole, setWhole] = useState<ReadonlySet<Kind>>(NONE);
  const groups = useMemo(() => search(all, query, app, host, whole), [all, query, app, host, whole]);
  const lines = groups.map(({ kind, entries: of, more }) => ({ kind, entries: more === 0 ? of : [...of, restOf(kind, more, () => { setWhole(new Set([...whole, kind])); })] }));
  const entries = lines.flatMap((group) => group.entries);
  const first = new Map(lines.map(({ kind }, n) => [kind, lines.slice(0, n).reduce((sum, one) => sum + one.entries.length, 0)]));
  const place = Math.min(at, entries.length - 1);
  const active = entries[place];

  useEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
    return () => { shown?.close(); };
  }, []);
  useEffect(() => {
    if (active) document.getElementById(optionId(place))?.scrollIntoView({ block: "nearest" });
  }, [active, place]);

  const choose = (entry: Entry | undefined): void => {
    if (!entry) return;
    if (entry.id === restId(entry.kind)) {
      entry.run();
      return;
    }
    // The dialog gives the keyboard back first: what is chosen may take it.
    dialog.current?.close();
    onClose();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (isSearchKey(event)) onClose();
    else if (event.key === "Enter") choose(active);
    else {
      const to = moved(event.key, place, entries.length);
      if (to === null) return;
      setAt(to);
    }
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      className="search-all"
      aria-label="Search"
      onKeyDown={onKeyDown}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div className="search-body">
        <label className="search-field">
          <Glass size={16} aria-hidden="true" />
          <input
            role="combobox"
            aria-expanded={entries.length > 0}
            aria-controls={LIST}
            aria-activedescendant={active && optionId(place)}
            aria-autocomplete="list"
            aria-label="Search nodes, traces, events, graphs and commands"
            placeholder="Search nodes, traces, events, graphs and commands"
            autoComplete="off"
            autoCorrect="off"
            spellCheck={false}
            maxLength={200}
            value={query}
            onChange={(event) => {
              setQuery(event.target.value);
              setWhole(NONE);
              setAt(0);
            }}
          />
          <kbd aria-hidden="true">Esc</kbd>
        </label>
        <div id={LIST} className="search-list" role="listbox" aria-label="Found">
          {lines.map(({ kind, entries: of }) => (
            <div key={kind} role="group" aria-labelledby={`search-${kind}`}>
              <div id={`search-${kind}`} className="search-kind" role="presentation">
                {TITLES[kind][0]}
              </div>
              {of.map((entry, n) => {
                const here = (first.get(kind) ?? 0) + n;
                return <Option key={entry.id} id={optionId(here)} entry={entry} active={here === place} onChoose={() => { choose(entry); }} onPoint={() => { setAt(here); }} />;
              })}
            </div>
          ))}
        </div>
        {entries.length === 0 && <p className="search-none">Nothing answers to “{query.trim()}”.</p>}
        <p className="out-of-sight" role="status">{said(groups.reduce((sum, { entries: of }) => sum + of.length, 0), groups.reduce((sum, { more }) => sum + more, 0), query)}</p>
      </div>
    </dialog>
  );
}

const NONE: ReadonlySet<Kind> = new Set();

function restId(kind: Kind): string {
  return `rest-${kind}`;
}

/** The last line of a group that does not show all it has; it keeps the search open. */
function restOf(kind: Kind, more: number, run: () => void): Entry {
  return { id: restId(kind), kind, title: `Show ${count(more)} more`, says: "", fields: [], run };
}

function optionId(place: number): string {
  return `search-option-${place}`;
}

interface OptionProps {
  readonly id: string;
  readonly entry: Entry;
  readonly active: boolean;
  readonly onChoose: () => void;
  readonly onPoint: () => void;
}

function Option({ id, entry: { id: of, kind, title, says, keys }, active, onChoose, onPoint }: OptionProps) {
  const rest = of === restId(kind);
  const Icon = rest ? ChevronDown : TITLES[kind][1];
  return (
    // The keyboard stays in the field, which tells of the active one.
    <div id={id} className="search-option" role="option" aria-selected={active} onPointerMove={active ? undefined : onPoint} onPointerDown={(event) => { event.preventDefault(); }} onClick={onChoose}>
      <Icon size={15} aria-hidden="true" />
      <bdi className={rest ? "search-title search-rest" : "search-title"}>{title}</bdi>
      {says !== "" && <bdi className="search-says">{says}</bdi>}
      {keys !== undefined && <kbd aria-hidden="true">{keys}</kbd>}
      {active && <CornerDownLeft size={13} className="search-enter" aria-hidden="true" />}
    </div>
  );
}

/** The place that a key leads to; null if it does nothing here. The ends are joined. */
export function moved(key: string, at: number, length: number): number | null {
  if (length === 0) return null;
  switch (key) {
    case "ArrowDown": return (at + 1) % length;
    case "ArrowUp": return (at + length - 1) % length;
    case "PageDown": return Math.min(length - 1, at + PAGE);
    case "PageUp": return Math.max(0, at - PAGE);
    default: return null;
  }
}

function said(shown: number, more: number, query: string): string {
  if (query.trim() === "") return "";
  return shown === 0 ? "Nothing found" : `${shown} found${more > 0 ? `, and ${more} more` : ""}`;
}
