/** Writes what changes on cards straight into the page, in bursts and only where it differs; React is not asked. */
import { ageText, rateText } from "../card/words.ts";
import type { NodeLight } from "../contract.ts";
import { heatStep } from "../light/strength.ts";

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
    say(parts.rate, seen ? rateText(light.rate) : parts.dark ? "no event" : "no events yet");
  }
}

function put(element: Element, attribute: string, value: string): void {
  if (element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
}

function say(text: Text, value: string): void {
  if (text.nodeValue !== value) text.nodeValue = value;
}
