/** Writes counts, rates and ages on cards, straight into the DOM and only if they differ. */
import { heatStep } from "@dagnet-realtime/engine/activity";
import { amount } from "@dagnet-realtime/layer/staticLayer";
import type { LightSource, NodeLight } from "@dagnet-realtime/client/light";
import { clock, count, plural } from "../format.ts";
import { eventFits, fitOf, isNarrow, withSoftHyphens } from "./cardText.ts";

/** The living parts of one card. */
export interface CardParts {
  readonly root: HTMLElement;
  /** Null for a plain tile. */
  readonly texts: { readonly age: Text; readonly rate: Text } | null;
  /** Why the node can never light; empty when it can. */
  readonly dark: string;
  /** Its name, what it says of its event ("" for none), and its size in canvas units. */
  readonly title: string;
  readonly event: string;
  readonly width: number;
  readonly height: number;
}

/** The cards on the page, by node uuid. */
export class Cards {
  private readonly parts = new Map<string, CardParts>();
  private figures: CardFigures = "rates";
  private type = 1;
  private light: Pick<LightSource, "node" | "now"> | null = null;

  /** Cards, also those that come later, show this light at once; the function returned ends it. */
  open(light: Pick<LightSource, "node" | "now">): () => void {
    this.light = light;
    for (const uuid of this.parts.keys()) this.write(uuid, light.node(uuid), light.now());
    return () => {
      if (this.light === light) this.light = null;
    };
  }

  /** Says which figures cards show from their next write on. */
  show(figures: CardFigures): void {
    this.figures = figures;
  }

  /** Takes in a card; the function returned lets it go. */
  attach(uuid: string, parts: CardParts): () => void {
    this.parts.set(uuid, parts);
    fitCard(parts, this.type);
    if (this.light) this.write(uuid, this.light.node(uuid), this.light.now());
    return () => {
      if (this.parts.get(uuid) === parts) this.parts.delete(uuid);
    };
  }

  /** Lays all cards out for type of this scale (`typeScale`), again if `anew`: fonts came. */
  scale(type: number, anew = false): void {
    if (type === this.type && !anew) return;
    this.type = type;
    for (const parts of this.parts.values()) fitCard(parts, type);
  }

  /** Marks the cards on followed paths; the style dims the others. */
  follow(nodes: ReadonlySet<string>): void {
    for (const [uuid, { root }] of this.parts) root.toggleAttribute("data-path", nodes.has(uuid));
  }

  /** Whether a card is too small to show its name. */
  readonly nameless = (uuid: string): boolean => this.parts.get(uuid)?.root.getAttribute("data-room") === "none";

  /** Whether a card is on the page and has room for its name. */
  legible(uuid: string): boolean {
    return this.parts.has(uuid) && !this.nameless(uuid);
  }

  /** Whether a card says that its node was not seen yet. */
  readonly waiting = (): boolean => [...this.parts.values()].some(({ root }) => root.getAttribute("data-seen") === "waiting");

  /** Nodes with an event in the last minute. */
  active(): string[] {
    return [...this.parts].flatMap(([uuid, { root }]) => (root.hasAttribute("data-recent") ? [uuid] : []));
  }

  /** Writes one card's light as of `now`. */
  write(uuid: string, light: NodeLight, now: number): void {
    const parts = this.parts.get(uuid);
    if (!parts) return;
    const { root } = parts;
    const words = cardWords(light, now, this.figures, parts.dark !== "");
    put(root, "data-seen", words.seen);
    put(root, "data-heat", String(this.figures === "rates" && words.seen === "lit" ? heatStep(light.level) : 0));
    put(root, "data-fresh", words.fresh ? "yes" : "no");
    root.toggleAttribute("data-recent", light.lastAt !== null && now - light.lastAt < ACTIVE_MS);
    put(root, "data-tests", (light.tests ?? 0) > 0 ? "yes" : "no");
    if (parts.texts === null) return;
    say(parts.texts.age, words.age);
    say(parts.texts.rate, words.rate);
  }
}

/** A node is active so long after an event. */
const ACTIVE_MS = 60_000;

/** What cards say: rates while the picture is live; counts, and when, while it is not; nothing
 * before the first On.
 */
export type CardFigures = "rates" | "counts" | "none";

/** `hidden`: it was seen, and the filter hides all of it. `test`: only by test events. */
export interface CardWords {
  readonly seen: "lit" | "hidden" | "test" | "waiting" | "dark";
  readonly fresh: boolean;
  readonly age: string;
  readonly rate: string;
}

export function cardWords({ count: n, rate, lastAt, of = null, all = n, tests = 0, testAt = null }: NodeLight, now: number, figures: CardFigures, dark: boolean): CardWords {
  if (of !== null && n === 0 && all > 0) return { seen: "hidden", fresh: false, age: "", rate: of === 0 ? `none of ${count(all)} held` : `0 of ${count(of)}` };
  if (n > 0) {
    const fresh = figures === "rates" && lastAt !== null && now - lastAt < 2000;
    const said = of !== null ? `${count(n)} of ${count(of)}` : figures === "rates" ? rateText(rate) : plural(n, "event");
    return { seen: "lit", fresh, age: figures === "rates" ? ageText(lastAt === null ? null : now - lastAt) : lastAt === null ? "" : clock(lastAt).slice(0, 5), rate: said };
  }
  if (tests > 0) return { seen: "test", fresh: figures === "rates" && testAt !== null && now - testAt < 2000, age: "test", rate: plural(tests, "test event") };
  if (dark) return { seen: "dark", fresh: false, age: "", rate: "no event" };
  return { seen: "waiting", fresh: false, age: "", rate: figures === "none" ? "not watched" : "not seen yet" };
}

function fitCard({ root, title, event, width, height }: CardParts, type: number): void {
  const fit = fitOf(title, width, height, type, event !== "");
  put(root, "data-room", fit.room);
  if (fit.room === "none") return;
  if (fit.split || root.hasAttribute("data-split")) {
    root.toggleAttribute("data-split", fit.split);
    for (const piece of root.querySelector(".dr-card-title")?.childNodes ?? []) if (piece instanceof Text) say(piece, withSoftHyphens(piece.data, fit.split));
  }
  // What tells it from nodes on the same event says more than the event's name.
  put(root, "data-event", eventFits(event, width, type, fit.lines) ? "whole" : "short");
  root.toggleAttribute("data-narrow", isNarrow(width, type));
  root.style.setProperty("--dr-title", `${fit.title.toFixed(2)}px`);
  root.style.setProperty("--dr-lines", String(fit.lines));
}

function put(element: Element, attribute: string, value: string): void {
  if (element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
}

function say(text: Text, value: string): void {
  if (text.nodeValue !== value) text.nodeValue = value;
}

/** Writes the text of an element that has one, if it differs. */
export function write(element: HTMLElement | null, text: string): void {
  if (element?.firstChild instanceof Text) say(element.firstChild, text);
}

/** Events a second: 212, 9.2, 0.1; 1.2k from a thousand. */
export function rateText(rate: number): string {
  return `${amount(rate)}/s`;
}

/** How long ago, coarsely: now (under 2 seconds), 2s … 59s, 1m …, 1h …; "never" if not yet. */
export function ageText(age: number | null): string {
  if (age === null) return "never";
  const seconds = Math.max(0, Math.floor(age / 1000));
  if (seconds < 2) return "now";
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  return `${Math.floor(seconds / 3600)}h`;
}

/** Share of a case node's arm. */
export function share(weight: number): string {
  return `${Math.round(weight * 100)}%`;
}
