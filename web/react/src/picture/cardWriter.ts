/** Writes counts, rates and ages on cards, straight into the DOM and only if they differ. */
import { heatStep } from "@dagnet-realtime/engine/activity";
import { amount } from "@dagnet-realtime/layer/staticLayer";
import type { NodeLight } from "@dagnet-realtime/client/light";

/** The living parts of one card. */
export interface CardParts {
  readonly root: Element;
  readonly age: Text;
  readonly rate: Text;
  /** Why the node can never light; empty when it can. */
  readonly dark: string;
}

/** The cards on the page, by node uuid. */
export class Cards {
  private readonly parts = new Map<string, CardParts>();

  /** Takes in a card; the function returned lets it go. */
  attach(uuid: string, parts: CardParts): () => void {
    this.parts.set(uuid, parts);
    return () => {
      if (this.parts.get(uuid) === parts) this.parts.delete(uuid);
    };
  }

  /** Writes one card's light as of `now`. */
  write(uuid: string, light: NodeLight, now: number): void {
    const parts = this.parts.get(uuid);
    if (!parts) return;
    const seen = light.count > 0;
    const { root } = parts;
    put(root, "data-seen", seen ? "lit" : parts.dark ? "dark" : "waiting");
    put(root, "data-heat", String(seen ? heatStep(light.level) : 0));
    say(parts.age, ageText(seen && light.lastAt !== null ? now - light.lastAt : null));
    put(root, "data-fresh", seen && light.lastAt !== null && now - light.lastAt < 2000 ? "yes" : "no");
    say(parts.rate, seen ? rateText(light.rate) : parts.dark ? "no event" : "not seen yet");
  }
}

function put(element: Element, attribute: string, value: string): void {
  if (element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
}

function say(text: Text, value: string): void {
  if (text.nodeValue !== value) text.nodeValue = value;
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
