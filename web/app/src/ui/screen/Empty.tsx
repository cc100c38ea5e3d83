/** Nothing to see yet: says why, and the one thing to do next. */
import { totals } from "@dagnet-realtime/engine/select/totals";
import { FlaskConical, Power, Radio, Store, Users, Workflow } from "lucide-react";
import { lazy, Suspense, type ReactNode } from "react";
import { Button } from "../kit/Button.tsx";
import { Copy } from "../kit/Copy.tsx";
import { useActions, useEngine, useShell } from "../use.ts";
import { opened, shown } from "../shop/offered.ts";
import { curl } from "./curl.ts";

const OpenCard = lazy(() => import("../open/OpenCard.tsx").then(({ OpenCard: component }) => ({ default: component })));

/** Over the picture: only what hides nothing. What teaches stands where the events will be, unless they are hidden. */
export function Empty() {
  const phase = useShell((shell) => shell.phase);
  const graph = useShell((shell) => shell.graph);
  const place = useShell((shell) => shell.place);
  const serverless = useShell((shell) => shell.serverless);
  const feedOpen = useShell((shell) => shell.kept.feedOpen);
  if (phase === "starting") return serverless ? null : <Card icon={<Radio size={20} />} title="Starting" words="Asking the server what there is to watch." />;
  if (phase === "failed") return <Card icon={<Radio size={20} />} title="Realtime cannot start" words="The message above says why and what to do." />;
  if (!graph) return place ? null : serverless ? <Suspense><OpenCard /></Suspense> : <NoGraph />;
  return feedOpen ? null : <Teaching />;
}

/** What to do while nothing has been heard. */
export function Teaching() {
  const phase = useShell((shell) => shell.phase);
  const graph = useShell((shell) => shell.graph);
  const serverless = useShell((shell) => shell.serverless);
  const count = useEngine("fifth", (state, now) => totals(state, now).count);
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
  const shop = useShell(shown);
  return (
    <Card low icon={<Radio size={18} aria-hidden="true" />} title="Listening to this browser" words="Nothing has been heard since On. Click through a page that carries the tap, or through the sample shop; what it emits lights up here and stays on this machine.">
      <div className="empty-deeds">
        {!shop && (
          <Button
            voice="strong"
            icon={<Store size={15} />}
            onClick={() => {
              actions.keep(opened(window.innerWidth));
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
  const visitors = useShell((shell) => shell.visitors);
  const graph = useShell((shell) => shell.graph);
  const connection = useShell((shell) => shell.lane.connection);
  const sources = useShell((shell) => shell.workspaces.find(({ id, env }) => id === shell.place?.workspace && env === shell.place.env)?.sources);
  const lines = curl(sources ?? [], graph?.listens[0]?.names[0] ?? "Signed Up", window.location.origin);
  if (connection !== "live" && connection !== "polling") return null;
  return (
    <Card low icon={<Radio size={18} aria-hidden="true" />} title="Listening" words="Nothing has been heard since On. Point a Segment webhook or an SDK’s apiHost here, or:">
      <div className="empty-deeds">
        {visitors !== null && (
          <Button
            voice="strong"
            icon={<Users size={15} />}
            onClick={() => {
              void actions.visitors();
            }}
          >
            {visitors > 0 ? "Stop visitors" : "Simulate visitors"}
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
