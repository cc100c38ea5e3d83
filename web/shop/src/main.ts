/** Puts the page of the shop together. */
import { otherTab, parent } from "@dagnet-realtime/tap/channels";
import { tap } from "@dagnet-realtime/tap/tap";
import { buffered, load, writeKey } from "./analytics.ts";
import { Reports } from "./reports.ts";
import { address, route, type Route } from "./route.ts";
import { recall, remember } from "./shelf.ts";
import { Shop } from "./shop.ts";
import * as browse from "./views/browse.ts";
import { foot, top } from "./views/frame.ts";
import { h, type Child } from "./views/h.ts";
import * as more from "./views/more.ts";
import * as pay from "./views/pay.ts";
import "./style.css";

const disk = !window.location.protocol.startsWith("http");
const shelf = storage();
const analytics = buffered();
// Realtime hears the shop from another tab, or from the frame that the shop stands in; from disk
// from the frame alone.
tap({ sinks: [disk ? parent(window.location) : otherTab()] }).listen(analytics);
const said = h("p", { class: "said", role: "status" });
const view = h("main", { id: "view" });
const root = document.getElementById("shop");
let how = "";
let quiet = 0;

const shop = new Shop(recall(shelf, Math.random), new Reports(analytics, window.matchMedia("(pointer: coarse)").matches ? "mobile" : "desktop"), {
  draw,
  say,
  go: (to) => {
    if (address(to) === window.location.hash) arrive();
    else window.location.hash = address(to);
  },
  keep: (kept) => {
    remember(shelf, kept);
  },
  customer: () => `customer-${crypto.getRandomValues(new Uint32Array(1)).join("")}`,
});

dress(new URLSearchParams(window.location.search).get("theme"));
window.addEventListener("message", ({ source, data }: MessageEvent<unknown>) => {
  // Only the page that this one stands in says how it is dressed.
  if (source === window.parent && typeof data === "object" && data !== null && "theme" in data) dress(data.theme);
});
window.addEventListener("hashchange", arrive);
void writeKey(window.location).then((key) => {
  how = key === null ? "A sample shop: nothing is for sale, and its events stay on this machine." : "A sample shop: nothing is for sale. Its events go to this page’s own server, by Segment’s own analytics.js.";
  load(analytics, key, window.location);
  root?.querySelector(".foot p")?.replaceChildren(how);
});
draw();
shop.visit(here());

/** The visitor has gone to another page: it is drawn, reported, and read out. */
function arrive(): void {
  said.textContent = "";
  draw();
  shop.visit(here());
  window.scrollTo(0, 0);
  view.querySelector("h1")?.focus({ preventScroll: true });
}

function here(): Route {
  return route(window.location.hash);
}

function draw(): void {
  const held = document.activeElement?.getAttribute("data-key") ?? null;
  const at = here();
  view.replaceChildren(...page(at).filter((part): part is Node => part instanceof Node));
  const search = (term: string): void => {
    window.location.hash = address({ page: "search", term });
  };
  const forget = (): void => {
    shop.leave(recall(null, Math.random));
  };
  root?.replaceChildren(top(shop, at, search), view, said, foot(forget, how));
  document.title = `${view.querySelector("h1")?.textContent ?? "Tarn"} · Tarn`;
  if (held !== null) root?.querySelector<HTMLElement>(`[data-key="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
}

function page(at: Route): readonly Child[] {
  switch (at.page) {
    case "landing":
      return browse.landing(shop);
    case "list":
      return browse.list(shop, at.kind);
    case "search":
      return browse.found(shop, at.term);
    case "product":
      return browse.one(shop, at.id);
    case "wishlist":
      return browse.wishlist(shop);
    case "basket":
      return pay.basket(shop);
    case "checkout":
      return pay.checkout(shop);
    case "express":
      return pay.express(shop, at.method);
    case "thanks":
      return pay.thanks(shop);
    case "stores":
      return more.stores(shop);
    case "letter":
      return more.letter(shop);
    case "inbox":
      return more.inbox(shop);
    case "lost":
      return browse.lost();
  }
}

/** Says it for four seconds; screen readers hear it once. */
function say(text: string): void {
  said.textContent = text;
  window.clearTimeout(quiet);
  quiet = window.setTimeout(() => {
    said.textContent = "";
  }, 4_000);
}

function dress(theme: unknown): void {
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
}

/** None from disk, where every HTML file reads it. */
function storage(): Storage | null {
  if (disk) return null;
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
