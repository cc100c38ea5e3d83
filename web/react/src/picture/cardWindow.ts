/** Which cards of a large graph hold their words: those in view that have room for them. All other
 * cards are a plain tile with a name, so that thousands of them cost little.
 */
import { useCallback, useEffect, useMemo } from "react";
import type { Cards } from "./cardWriter.ts";
import type { Scene } from "./scene.ts";
import { overlap } from "./spacing.ts";
import { type CameraState, useView, viewOf, widened } from "./view.ts";

/** In graphs of at most so many nodes every card holds its words. */
const MANY = 250;
/** Cards that get or lose their words in one turn of the page. */
const TURN = 24;
/** Cards this far out of view hold theirs, in shares of the view on each side. */
const BESIDE = 0.25;

export class CardWindow {
  private readonly full = new Set<string>();
  private readonly listeners = new Map<string, () => void>();
  private wanted: ReadonlySet<string> = new Set();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `whole`: every card holds its words in any case. */
  constructor(private readonly whole: boolean) {}

  readonly holds = (uuid: string): boolean => this.whole || this.full.has(uuid);

  /** Calls `changed` when a card gets or loses its words; the function returned ends it. */
  subscribe(uuid: string, changed: () => void): () => void {
    this.listeners.set(uuid, changed);
    return () => {
      if (this.listeners.get(uuid) === changed) this.listeners.delete(uuid);
    };
  }

  /** From now on these cards hold their words, and no others: some at a time. */
  show(wanted: ReadonlySet<string>): void {
    if (this.whole) return;
    this.wanted = wanted;
    this.timer ??= setTimeout(this.turn);
  }

  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private readonly turn = (): void => {
    this.timer = undefined;
    const changed = [...[...this.wanted].filter((uuid) => !this.full.has(uuid)), ...[...this.full].filter((uuid) => !this.wanted.has(uuid))];
    for (const uuid of changed.slice(0, TURN)) {
      if (!this.full.delete(uuid)) this.full.add(uuid);
      this.listeners.get(uuid)?.();
    }
    if (changed.length > TURN) this.timer = setTimeout(this.turn);
  };
}

/** The window of a scene's cards, of which `mounted` are on the page by now. */
export function useCardWindow({ nodes }: Scene, cards: Cards, mounted: number): CardWindow {
  const whole = nodes.length <= MANY;
  const window = useMemo(() => new CardWindow(whole), [whole]);
  useEffect(() => () => { window.close(); }, [window]);
  const look = useCallback((camera: CameraState) => {
    if (whole) return;
    const view = widened(viewOf(camera), BESIDE);
    window.show(new Set(nodes.slice(0, mounted).flatMap(({ node, box }) => (overlap(view, box) && cards.legible(node.uuid) ? [node.uuid] : []))));
  }, [whole, window, nodes, cards, mounted]);
  useView(look);
  return window;
}
