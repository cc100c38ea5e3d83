/** The filter field, its terms as chips. */
import { ListFilter, X } from "lucide-react";
import { type KeyboardEvent, useId, useState } from "react";
import { useActions, useEngine, useSession } from "../hooks.ts";
import { useShortcuts } from "../kit/controls.tsx";

/** The filter: terms as chips, and a field for the next one, whose id a page may name. */
export function FilterField({ id }: { readonly id?: string }) {
  const own = useId();
  const shortcuts = useShortcuts();
  const actions = useActions();
  const filter = useSession((state) => state.filter);
  const problem = useEngine("rows", (state) => state.filterProblem);
  const [draft, setDraft] = useState("");
  const chips = splitTerms(filter);
  const set = (next: readonly string[]): void => {
    actions.filter(joinTerms(next));
  };
  const key = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === "Enter" && draft.trim()) {
      set([...chips, ...splitTerms(draft)]);
      setDraft("");
    } else if (event.key === "Backspace" && draft === "" && chips.length > 0) {
      setDraft(chips.at(-1) ?? "");
      set(chips.slice(0, -1));
      event.preventDefault();
    } else if (event.key === "Escape") {
      setDraft("");
      event.currentTarget.blur();
    }
  };
  return (
    <div className={problem ? "filter filter-bad" : "filter"} role="search">
      <ListFilter size={15} aria-hidden="true" />
      <span className="filter-chips">
        {chips.map((chip, index) => (
          <span className="chip filter-chip mono" key={`${chip}-${index}`} title={chip}>
            <span className="filter-term">{chip}</span>
            <button
              type="button"
              className="chip-x"
              aria-label={`Remove the filter ${chip}`}
              onClick={() => {
                set(chips.filter((_, other) => other !== index));
              }}
            >
              <X size={12} aria-hidden="true" />
            </button>
          </span>
        ))}
      </span>
      <input
        id={id ?? own}
        value={draft}
        placeholder={chips.length > 0 ? "Add filter…" : "Filter events…"}
        aria-label="Filter events, for example type:track or device:mobile; Enter adds it"
        aria-invalid={problem !== null}
        aria-describedby={problem ? `${own}-problem` : undefined}
        autoComplete="off"
        spellCheck={false}
        maxLength={500}
        onChange={(event) => {
          setDraft(event.target.value);
        }}
        onKeyDown={key}
      />
      {shortcuts && <kbd aria-hidden="true">/</kbd>}
      {problem && (
        <p className="filter-problem" id={`${own}-problem`} role="alert">
          {problem.title}. {problem.detail}
        </p>
      )}
    </div>
  );
}

/** The terms of a filter; quoted text and what "or" joins stay together. */
export function splitTerms(text: string): string[] {
  const out: string[] = [];
  let term = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (letter === "\\" && quoted) {
      term += letter + text.charAt(at + 1);
      at += 1;
    } else if (letter === '"') {
      quoted = !quoted;
      term += letter;
    } else if (letter === " " && !quoted) {
      if (term) out.push(term);
      term = "";
    } else term += letter;
  }
  if (term) out.push(term);
  return out;
}

/** The filter that consists of these terms. */
export function joinTerms(parts: readonly string[]): string {
  return parts.join(" ");
}
