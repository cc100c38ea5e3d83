/** How pages are connected: their channels, what came from each, and what was rejected. */
import { useApp, useUi } from "../../hooks.ts";
import { overdue } from "@dagnet-realtime/engine/select/overdue";
import { clock, count, since } from "@dagnet-realtime/react/format";
import { useEngine } from "@dagnet-realtime/react/hooks";
import { Sheet } from "@dagnet-realtime/react/kit/Sheet.tsx";
import { Button, Copy } from "@dagnet-realtime/react/kit/controls.tsx";
import { ExternalLink, X } from "lucide-react";
import { useState } from "react";
import type { TapController } from "../../store/tapController.ts";
import "../../styles/connect.css";
import { CHANNELS, LOST_MS, missingText, npmLines, placeOf, receivedText, scriptTag, sdkText } from "./text.ts";

export function ConnectSheet({ onClose }: { readonly onClose: () => void }) {
  const { tap } = useApp();
  if (!tap) return null;
  return (
    <Sheet title="See your own clicks" wide onClose={onClose}>
      <div className="connect">
        <p className="connect-lead">Your page’s Segment calls light this graph at once, in this browser alone: the page keeps allowed fields only, and nothing is sent anywhere.</p>
        <Pages tap={tap} />
        <Ways tap={tap} />
        <Missing />
        <Shown tap={tap} />
        <Allowed tap={tap} />
      </div>
    </Sheet>
  );
}

function Pages({ tap }: { readonly tap: TapController }) {
  const now = useEngine("numbers", () => Date.now());
  const pages = [...tap.host.pages.values()].sort((a, b) => Number(b.present) - Number(a.present) || b.at - a.at);
  const refusals = [...tap.host.rejected.values()];
  return (
    <section aria-label="Pages">
      <h3>Pages</h3>
      {pages.length === 0 && <p className="quiet">None yet. As soon as a page connects, it stands here.</p>}
      <ul className="connect-pages">
        {pages.map((page) => (
          <li key={page.id}>
            <p>
              <i className={page.present ? "connect-dot connect-there" : "connect-dot"} aria-hidden="true" /> <strong className="mono">{placeOf(page)}</strong>{" "}
              <span className="quiet">
                {page.present ? "connected" : `gone, ${since(page.at, now)}`}, {CHANNELS[page.channel]}
              </span>
            </p>
            <p className="quiet">
              {sdkText(page)} · {receivedText(page)}
            </p>
          </li>
        ))}
      </ul>
      {refusals.map(({ origin, reason, count: times }) => (
        <p key={`${reason} ${origin}`} className="connect-refused" role="status">
          Refused {count(times)} from <span className="mono">{origin}</span>: {reason}.
          {reason === "not allowed" && origin.includes("://") && (
            <Button voice="quiet" className="button-small" onClick={() => { tap.allow(origin); }}>
              Let it in
            </Button>
          )}
        </p>
      ))}
    </section>
  );
}

function Ways({ tap }: { readonly tap: TapController }) {
  const here = window.location.href;
  if (!here.startsWith("http"))
    return (
      <section aria-label="Ways to connect">
        <h3>Connect a page</h3>
        <p>This copy was opened from disk, and browsers let no page report to a file. Serve the folder from any web host, this machine’s included, and the ways stand here.</p>
      </section>
    );
  const tag = scriptTag(here);
  const npm = npmLines(here);
  return (
    <section aria-label="Ways to connect">
      <h3>Connect a page</h3>
      <ol className="connect-steps">
        <li>
          <p>Put this line into your page, before Segment’s snippet.</p>
          <pre className="copyable">
            {tag}
            <Copy text={tag} label="Copy the line" />
          </pre>
        </li>
        <li>
          <p>Open the page from here. It connects by itself and stays connected when it or this tab is reloaded.</p>
          <OpenPage tap={tap} />
        </li>
      </ol>
      <details>
        <summary>A page built from npm packages</summary>
        <pre className="copyable">
          {npm}
          <Copy text={npm} label="Copy the lines" />
        </pre>
      </details>
      <details>
        <summary>Any site, without changing it</summary>
        <p>
          Realtime’s browser extension, for Chromium and Chrome, is the folder <code>extension</code> that <code>dagnet-realtime ui --out DIR</code> writes. Load it at <code>chrome://extensions</code>, with Developer mode on, by <em>Load unpacked</em>. Press its button in this tab once, and then in the tab of the site; it asks for each site when you do.
        </p>
      </details>
      <details>
        <summary>A page of this same address</summary>
        <p>With the line above it reports to every open Realtime tab by itself; it need not be opened from here.</p>
      </details>
    </section>
  );
}

function OpenPage({ tap }: { readonly tap: TapController }) {
  const [address, setAddress] = useState("");
  const [problem, setProblem] = useState("");
  const open = (): void => {
    const origin = tap.allow(address);
    if (origin === null) {
      setProblem("That is no address of a web page. Write one like localhost:3000 or https://staging.example.com/cart.");
      return;
    }
    setProblem("");
    const target = address.includes("://") ? address : `${origin}/${address.split("/").slice(1).join("/")}`;
    // The page must know who opened it: that is how its tap finds this tab.
    if (window.open(target, "_blank") === null) setProblem("The browser blocked the new tab. Allow pop-ups for this address and try again.");
  };
  return (
    <form
      className="connect-open"
      onSubmit={(event) => {
        event.preventDefault();
        open();
      }}
    >
      <input type="text" value={address} placeholder="localhost:3000" aria-label="Address of your page" aria-invalid={problem !== ""} autoComplete="off" spellCheck={false} maxLength={500} onChange={(event) => { setAddress(event.target.value); }} />
      <Button voice="strong" type="submit" icon={<ExternalLink size={15} />} disabled={address.trim() === ""}>
        Open
      </Button>
      {problem && <p role="alert">{problem}</p>}
    </form>
  );
}

function Shown({ tap }: { readonly tap: TapController }) {
  const [text, setText] = useState(tap.settings.shown.join(" "));
  return (
    <section aria-label="Properties shown">
      <h3>Properties shown of these events</h3>
      <p className="quiet">Those that the graph’s filters need are always there. Add names, or patterns such as checkout_* or *; what looks personal stays hidden whatever you write.</p>
      <input
        type="text"
        value={text}
        placeholder="plan checkout_* cart.total"
        aria-label="Further properties to show"
        autoComplete="off"
        spellCheck={false}
        maxLength={1000}
        onChange={(event) => {
          setText(event.target.value);
          tap.showProperties(event.target.value.split(/[\s,]+/).filter(Boolean));
        }}
      />
    </section>
  );
}

function Allowed({ tap }: { readonly tap: TapController }) {
  const origins = useEngine("numbers", () => tap.settings.origins);
  if (origins.length === 0) return null;
  return (
    <section aria-label="Addresses let in">
      <h3>Let in when opened from here</h3>
      <p className="connect-origins">
        {origins.map((origin) => (
          <span className="chip mono" key={origin}>
            {origin}
            <button type="button" className="chip-x" aria-label={`Let ${origin} in no more`} onClick={() => { tap.forbid(origin); }}>
              <X size={12} aria-hidden="true" />
            </button>
          </span>
        ))}
      </p>
    </section>
  );
}

/** Most rows shown; the newest are the ones that matter here. */
const MOST = 20;

export function Missing() {
  const serverless = useUi((ui) => ui.serverless);
  const missing = useEngine("numbers", (state) => overdue(state, Date.now(), LOST_MS, MOST));
  const thinned = useEngine("numbers", (state) => state.threshold < 1 || state.sampling < 1);
  const remote = useEngine("numbers", (state) => state.lanes.includes("remote"));
  if (serverless && missing.length === 0) return null;
  return (
    <section aria-label="Sent by the page, not received">
      <h3>Sent by the page, not received</h3>
      {missing.length === 0 ? (
        <p className="quiet">{remote ? `Every event that left a page arrived here within ${LOST_MS / 1000} seconds, or still may.` : "Nothing was dropped or failed in a page."}</p>
      ) : (
        <ul className="connect-missing">
          {missing.map(({ row, how, age }) => (
            <li key={row.row}>
              <span className="mono quiet">{clock(row.occurredAt)}</span> <strong>{row.name}</strong> {missingText(how, row.way?.reason ?? "", age, thinned)}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
