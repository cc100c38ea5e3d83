/** The keys, what the light means, and what is promised. */
import { Sheet } from "@dagnet-realtime/react/kit/Sheet.tsx";
import "../styles/help.css";

const KEYS = [
  ["Space", "Pause; again, catch up with what waited"],
  ["N", "End a pause at once: skip to now"],
  ["C", "Clear (with one Undo)"],
  ["Ctrl K", "Search nodes, traces, events, graphs and commands (⌘ K on a Mac)"],
  ["/", "Filter"],
  ["F", "Follow the trace that is shown, or the last one, to stay"],
  ["Esc", "Select nothing, then stop following"],
  ["Ctrl Z", "Undo the latest mapping"],
  ["T", "The graph as a table"],
  ["D", "Dark or light"],
  ["?", "This sheet"],
] as const;

const FILTERS = [
  ["type:track", "one kind of message"],
  ['event:"Order Completed"', "the name, exactly"],
  ["device:mobile", "a property is …"],
  ["page~checkout", "… contains …"],
  ["price>10", "… is more than"],
  ["coupon?", "… is set"],
  ["is:unmapped", "also late, repeat, partial, test"],
  ["-source:ios", "not"],
] as const;

const LIGHT = [
  ["Ring", "One event at the node"],
  ["Fill, border, glow, bars", "From two and a half events a second on: how busy the node is, on the scale of the busiest one, with the rate beside them"],
  ["Dashed node", "Not seen yet; “no event” can never be seen"],
  ["Amber", "The trace you follow. A click on a trace follows it until you open another, Ctrl adds it, the pin keeps it"],
  ["Thin part of a way", "Inferred, over nodes without an event"],
  ["Dashed line", "A step that the graph has no edge for: click it for what is probably wrong"],
  ["Pink", "An event that no node listens for"],
] as const;

export function Help({ onClose }: { readonly onClose: () => void }) {
  return (
    <Sheet title="Help" wide onClose={onClose}>
      <div className="help">
        <section>
          <h3>Keys</h3>
          <dl className="help-list">
            {KEYS.map(([key, says]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{says}</dd>
              </div>
            ))}
          </dl>
          <p className="quiet">Tab reaches the graph and each list once; there the arrow keys go on, and Enter selects.</p>
        </section>
        <section>
          <h3>Filters</h3>
          <dl className="help-list">
            {FILTERS.map(([term, says]) => (
              <div key={term}>
                <dt>
                  <code>{term}</code>
                </dt>
                <dd>{says}</dd>
              </div>
            ))}
          </dl>
          <p className="quiet">Terms are joined by “and”, values after a comma by “or”. A filter hides; everything is still received and counted.</p>
        </section>
        <section className="help-wide">
          <h3>What the light says</h3>
          <dl className="help-list help-light">
            {LIGHT.map(([what, says]) => (
              <div key={what}>
                <dt>{what}</dt>
                <dd>{says}</dd>
              </div>
            ))}
          </dl>
          <p>
            Everything here began when Realtime was turned on: there is no history before it, and no promise of order or completeness beyond what “nothing lost” says. Counts are exact even if only some visitors are shown.
          </p>
        </section>
      </div>
    </Sheet>
  );
}
