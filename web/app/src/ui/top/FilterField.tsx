/** The filter: terms as chips, one field for the next term; it hides, and stops nothing from being received. */
import { ListFilter, X } from "lucide-react";
import { useState, type KeyboardEvent } from "react";
import { useActions, useEngine, useShell } from "../use.ts";
import { joined, terms } from "./terms.ts";

export function FilterField() {
  const actions = useActions();
  const filter = useShell((shell) => shell.filter);
  const problem = useEngine("fifth", (state) => state.filterProblem);
  const [draft, setDraft] = useState("");
  const chips = terms(filter);
  const set = (next: readonly string[]): void => {
    actions.filter(joined(next));
  };
  const key = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === "Enter" && draft.trim()) {
      set([...chips, ...terms(draft)]);
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
        id="filter"
        value={draft}
        placeholder={chips.length > 0 ? "Add filter…" : "Filter events…"}
        aria-label="Filter events, for example type:track or device:mobile; Enter adds it"
        aria-invalid={problem !== null}
        aria-describedby={problem ? "filter-problem" : undefined}
        autoComplete="off"
        spellCheck={false}
        maxLength={500}
        onChange={(event) => {
          setDraft(event.target.value);
        }}
        onKeyDown={key}
      />
      <kbd aria-hidden="true">/</kbd>
      {problem && (
        <p className="filter-problem" id="filter-problem" role="alert">
          {problem.title}. {problem.detail}
        </p>
      )}
    </div>
  );
}
