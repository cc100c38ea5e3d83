/** The bar above all: where we are, On or Off, what is filtered, pause, clear, theme. */
import { CircleHelp, Eraser, Moon, Pause, Play, SkipForward, Sun, Users } from "lucide-react";
import { lazy, Suspense } from "react";
import icon from "../icon.svg";
import { Button } from "../kit/Button.tsx";
import { Tip } from "../kit/Tip.tsx";
import { useActions, useEngine, useShell } from "../use.ts";
import { waiting } from "../read.ts";
import { ConnectButton } from "../connect/ConnectButton.tsx";
import { ShopButton } from "../shop/ShopButton.tsx";
import { FilterField } from "./FilterField.tsx";
import { OnSwitch } from "./OnSwitch.tsx";

const PersonMenu = lazy(() => import("./PersonMenu.tsx").then(({ PersonMenu: component }) => ({ default: component })));
const GraphMenu = lazy(() => import("./GraphMenu.tsx").then(({ GraphMenu: component }) => ({ default: component })));

export function TopBar() {
  return (
    <header className="top">
      <img className="logo" src={icon} width={22} height={22} alt="" />
      <nav className="where" aria-label="Graph">
        <span className="quiet wide-only">Graphs</span>
        <span className="quiet wide-only" aria-hidden="true">
          /
        </span>
        <Suspense fallback={<GraphName />}>
          <GraphMenu />
        </Suspense>
      </nav>
      <OnSwitch />
      <ConnectButton />
      <ShopButton />
      <Visitors />
      <span className="top-gap" />
      <FilterField />
      <PauseButton />
      <JumpButton />
      <Tip says="Empties counts, feed and traces; the session goes on">
        <ClearButton />
      </Tip>
      <ThemeButton />
      <HelpButton />
      <PersonButton />
    </header>
  );
}

/** Stands where the menu will, so that nothing moves when it comes. */
function GraphName() {
  const name = useShell((shell) => shell.graph?.title || shell.graph?.name || shell.place?.graph || "No graph");
  return (
    <span className="graph-name">
      <span className="graph-title">{name}</span>
    </span>
  );
}

function PauseButton() {
  const actions = useActions();
  const paused = useShell((shell) => shell.paused);
  const catching = useShell((shell) => shell.catching);
  const active = useShell((shell) => shell.phase === "on");
  const more = useEngine("fifth", waiting);
  return (
    <Button
      icon={catching > 0 ? <SkipForward size={15} /> : paused ? <Play size={15} /> : <Pause size={15} />}
      keys="Space"
      disabled={!active}
      aria-pressed={paused}
      aria-keyshortcuts="Space"
      className="pause"
      onClick={() => {
        actions.pause();
      }}
    >
      {catching > 0 ? "Jump to now" : paused ? `Resume +${more}` : "Pause"}
    </Button>
  );
}

/** Beside Resume, which shows what waited: for those who do not want to see it. */
function JumpButton() {
  const actions = useActions();
  const paused = useShell((shell) => shell.paused);
  if (!paused) return null;
  return (
    <Button
      icon={<SkipForward size={15} />}
      aria-label="Jump to now"
      aria-keyshortcuts="N"
      title="Jump to now, without showing how what waited came (N)"
      onClick={() => {
        actions.jump();
      }}
    />
  );
}

function ClearButton(props: object) {
  const actions = useActions();
  return (
    <Button
      {...props}
      icon={<Eraser size={15} />}
      aria-keyshortcuts="C"
      onClick={() => {
        actions.clear();
      }}
    >
      Clear
    </Button>
  );
}

function ThemeButton() {
  const actions = useActions();
  const theme = useShell((shell) => shell.kept.theme);
  const next = theme === "dark" ? "light" : "dark";
  return (
    <Button
      voice="quiet"
      icon={theme === "dark" ? <Sun size={16} /> : <Moon size={16} />}
      aria-label={`Use the ${next} theme`}
      title={`Use the ${next} theme`}
      onClick={() => {
        actions.keep({ theme: next });
      }}
    />
  );
}

function HelpButton() {
  const actions = useActions();
  return (
    <Button
      voice="quiet"
      icon={<CircleHelp size={16} />}
      aria-label="Help and keys"
      title="Help and keys (?)"
      onClick={() => {
        actions.overlay("help");
      }}
    />
  );
}

/** Only where somebody signed in. */
function PersonButton() {
  const access = useShell((shell) => shell.me?.access ?? "local");
  if (access === "local") return null;
  return (
    <Suspense>
      <PersonMenu />
    </Suspense>
  );
}

/** Only where the server offers visitors of its own. */
function Visitors() {
  const actions = useActions();
  const visitors = useShell((shell) => shell.visitors);
  if (visitors === null) return null;
  const deed = visitors > 0 ? "Stop visitors" : "Simulate visitors";
  return (
    <Button
      icon={<Users size={15} />}
      className="visitors"
      aria-label={deed}
      title={deed}
      onClick={() => {
        void actions.visitors();
      }}
    >
      {deed}
    </Button>
  );
}
