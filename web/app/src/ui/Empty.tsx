/** The empty state: why there is nothing to see yet, and the one thing to do next. */
import { useActions, useUi } from "../hooks.ts";
import type { SourceSummary } from "@dagnet-realtime/client/api";
import { totals } from "@dagnet-realtime/engine/select/totals";
import { useEngine } from "@dagnet-realtime/react/hooks";
import { lazyPart } from "@dagnet-realtime/react/kit/lazyPart.tsx";
import { Button, Copy } from "@dagnet-realtime/react/kit/controls.tsx";
import { FlaskConical, Power, Radio, Store, Users, Workflow } from "lucide-react";
import { type ReactNode, Suspense } from "react";
import { isShopShown, shopOpened } from "./shop/visibility.ts";

const OpenCard = lazyPart(async () => (await import("./open/OpenCard.tsx")).OpenCard);

/** Over the picture: only what hides nothing. The lesson stands where the events will be, unless
 * they are hidden.
 */
export function Empty() {
  const phase = useUi((ui) => ui.phase);
  const graph = useUi((ui) => ui.graph);
  const graphRef = useUi((ui) => ui.graphRef);
  const serverless = useUi((ui) => ui.serverless);
  const feedOpen = useUi((ui) => ui.preferences.feedOpen);
  if (phase === "starting") return serverless ? null : <Card icon={<Radio size={20} />} title="Starting" words="Asking the server what there is to watch." />;
  if (phase === "failed") return <Card icon={<Radio size={20} />} title="Realtime cannot start" words="The message above says why and what to do." />;
  if (!graph) return graphRef ? null : serverless ? <Suspense><OpenCard /></Suspense> : <NoGraph />;
  return feedOpen ? null : <Teaching />;
}

/** What to do while nothing has been heard. */
export function Teaching() {
  const phase = useUi((ui) => ui.phase);
  const graph = useUi((ui) => ui.graph);
  const serverless = useUi((ui) => ui.serverless);
  const count = useEngine("rows", (state, now) => totals(state, now).count);
  if (!graph || count > 0) return null;
  return phase === "off" ? <Off /> : phase !== "on" ? null : serverless ? <Alone /> : <Silence />;
}

function Card({ icon, title, words, children, low = false }: { readonly icon: ReactNode; readonly title: string; readonly words: ReactNode; readonly children?: ReactNode; readonly low?: boolean }) {
  return (
    <section className={low ? "empty empty-low" : "empty"} aria-label={title}>
      <h2>
        {icon} {title}
      </h2>
      <p>{words}</p>
      {children}
    </section>
  );
}

function NoGraph() {
  const command = "dagnet-realtime serve --workspace path/to/dagnet-data";
  return (
    <Card icon={<Workflow size={20} aria-hidden="true" />} title="No graph yet" words="The server watches no folder with a DagNet graph in it. Start it on a DagNet data folder: the one that holds graphs/, events/ and nodes/.">
      <pre className="copyable">
        {command}
        <Copy text={command} label="Copy the command" />
      </pre>
    </Card>
  );
}

function Off() {
  const actions = useActions();
  return (
    <Card low icon={<Power size={18} aria-hidden="true" />} title="Realtime is off" words="Nothing is received and nothing is kept until you turn it on; counting begins at that moment.">
      <div className="empty-deeds">
        <Button
          voice="strong"
          icon={<Radio size={15} />}
          onClick={() => {
            void actions.toggle();
          }}
        >
          Turn Realtime on
        </Button>
      </div>
    </Card>
  );
}

/** Without a server only pages of this browser are heard. */
function Alone() {
  const actions = useActions();
  const shop = useUi(isShopShown);
  return (
    <Card low icon={<Radio size={18} aria-hidden="true" />} title="Listening to this browser" words="Nothing has been received yet. Click through a page that carries the tap, or through the sample shop; what it emits lights up here and stays on this machine.">
      <div className="empty-deeds">
        {!shop && (
          <Button
            voice="strong"
            icon={<Store size={15} />}
            onClick={() => {
              actions.setPreferences(shopOpened(window.innerWidth));
            }}
          >
            Show the sample shop
          </Button>
        )}
      </div>
    </Card>
  );
}

function Silence() {
  const actions = useActions();
  const visitors = useUi((ui) => ui.visitors);
  const graph = useUi((ui) => ui.graph);
  const connection = useUi((ui) => ui.connection.connection);
  const sources = useUi((ui) => ui.workspaces.find(({ id, env }) => id === ui.graphRef?.workspace && env === ui.graphRef.env)?.sources);
  const lines = curl(sources ?? [], graph?.listens[0]?.names[0] ?? "Signed Up", window.location.origin);
  if (connection !== "live" && connection !== "polling") return null;
  return (
    <Card low icon={<Radio size={18} aria-hidden="true" />} title="Listening" words="Nothing has been received yet. Point a Segment webhook or an SDK’s apiHost here, or:">
      <div className="empty-deeds">
        {visitors === 0 && (
          <Button
            voice="strong"
            icon={<Users size={15} />}
            onClick={() => {
              void actions.visitors();
            }}
          >
            Simulate visitors
          </Button>
        )}
        <Button
          icon={<FlaskConical size={15} />}
          onClick={() => {
            void actions.testEvent(null);
          }}
        >
          Send a test event
        </Button>
      </div>
      {lines.map(({ says, line }) => (
        <details key={line}>
          <summary>Send one from a terminal</summary>
          <p className="quiet">{says}</p>
          <pre className="copyable">
            {line}
            <Copy text={line} label="Copy the line" />
          </pre>
        </details>
      ))}
    </Card>
  );
}

export interface CurlLine {
  readonly says: string;
  readonly line: string;
}

/** A text inside of single quotes of a shell. */
const shell = (text: string): string => text.replaceAll("'", String.raw`'\''`);

/** One line per kind of source, at most two. Keys and secrets never reach the page, so they stand
 * as words to replace.
 */
export function curl(sources: readonly SourceSummary[], name: string, origin: string): CurlLine[] {
  const body = JSON.stringify({ type: "track", event: name, anonymousId: "me" });
  const lines: CurlLine[] = [];
  const tracking = sources.find(({ kind }) => kind === "tracking");
  if (tracking) lines.push({ says: "An SDK’s tracking call, with the write key that the server printed:", line: `curl -u WRITE_KEY: ${origin}/v1/track -H 'content-type: application/json' -d '${shell(body)}'` });
  const webhook = sources.find(({ kind }) => kind === "webhook");
  if (webhook && !tracking) lines.push({ says: "A signed delivery, with the secret that the server printed:", line: `body='${shell(body)}'; curl ${webhook.url || `${origin}/segment/webhook/${webhook.id}`} -H "x-signature: $(printf %s "$body" | openssl sha1 -hmac SECRET -r | cut -d' ' -f1)" -d "$body"` });
  return lines;
}
