/** The bar above: graph, On, filter, and the page's menus. */
import { useActions, useApp, useUi } from "../hooks.ts";
import { FilterField } from "@dagnet-realtime/react/bar/FilterField.tsx";
import { OnSwitch } from "@dagnet-realtime/react/bar/OnSwitch.tsx";
import { ClearButton, JumpButton, PauseButton } from "@dagnet-realtime/react/bar/PauseControls.tsx";
import { useEngine } from "@dagnet-realtime/react/hooks";
import { lazyPart } from "@dagnet-realtime/react/kit/lazyPart.tsx";
import { Tip } from "@dagnet-realtime/react/kit/Tip.tsx";
import { Button } from "@dagnet-realtime/react/kit/controls.tsx";
import { Cable, CircleHelp, Moon, Search, Store, Sun, Users } from "lucide-react";
import { Suspense } from "react";
import { connectButtonText } from "./connect/buttonText.ts";
import icon from "./icon.svg";
import { isShopOffered, isShopShown, shopOpened } from "./shop/visibility.ts";

const PersonMenu = lazyPart(async () => (await import("./PersonMenu.tsx")).PersonMenu);
const GraphMenu = lazyPart(async () => (await import("./GraphMenu.tsx")).GraphMenu);

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
      <SearchButton />
      <FilterField id="filter" />
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

/** A placeholder of the menu, so that nothing moves when it comes. */
function GraphName() {
  const name = useUi((ui) => ui.graph?.title || ui.graph?.name || ui.graphRef?.graph || "No graph");
  return (
    <span className="graph-name">
      <span className="graph-title">{name}</span>
    </span>
  );
}

function ThemeButton() {
  const actions = useActions();
  const theme = useUi((ui) => ui.preferences.theme);
  const next = theme === "dark" ? "light" : "dark";
  return (
    <Button
      voice="quiet"
      icon={theme === "dark" ? <Sun size={16} /> : <Moon size={16} />}
      aria-label={`Use the ${next} theme`}
      title={`Use the ${next} theme`}
      onClick={() => {
        actions.setPreferences({ theme: next });
      }}
    />
  );
}

function SearchButton() {
  const actions = useActions();
  return (
    <Button
      voice="quiet"
      icon={<Search size={16} />}
      aria-label="Search"
      aria-keyshortcuts="Control+K Meta+K"
      title="Search nodes, traces, events and commands (Ctrl K)"
      onClick={() => {
        actions.overlay("search");
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

/** The menu of the user, shown only after a sign-in. */
function PersonButton() {
  const access = useUi((ui) => ui.me?.access ?? "local");
  if (access === "local") return null;
  return (
    <Suspense>
      <PersonMenu />
    </Suspense>
  );
}

/** Only if the server offers visitors of its own. */
function Visitors() {
  const actions = useActions();
  const visitors = useUi((ui) => ui.visitors);
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

export function ConnectButton() {
  const { tap } = useApp();
  const actions = useActions();
  const words = useEngine("numbers", () => connectButtonText(tap?.host.pages.values() ?? []));
  if (!tap) return null;
  return (
    <Button
      icon={<Cable size={15} />}
      className="connect-button"
      title="See what your own pages emit"
      onClick={() => {
        actions.overlay("connect");
      }}
    >
      {words}
    </Button>
  );
}

export function ShopButton() {
  const actions = useActions();
  const there = useUi(isShopOffered);
  const open = useUi(isShopShown);
  if (!there) return null;
  return (
    <Button
      icon={<Store size={15} />}
      className="shop-button"
      aria-label="Shop"
      aria-pressed={open}
      title={open ? "Put the sample shop away" : "Show the sample shop beside the graph"}
      onClick={() => {
        actions.setPreferences(open ? { shop: "closed" } : shopOpened(window.innerWidth));
      }}
    >
      Shop
    </Button>
  );
}
