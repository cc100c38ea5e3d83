/** What the shop remembers between pages: basket, wishes, and the way to pay offered first. */
import { readBasket, type Basket } from "./basket.ts";
import { product } from "./catalogue.ts";

export type Variant = "card-first" | "express-first";

export interface Kept {
  readonly basket: Basket;
  readonly wishes: readonly string[];
  readonly variant: Variant;
}

const KEY = "dagnet-realtime-shop";
/** Of the sample graph's payment test. */
const EXPRESS_FIRST = 0.3;

/** Reads leniently; a visitor without a variant gets one by `chance` (0 to 1). */
export function recall(shelf: Pick<Storage, "getItem"> | null, chance: () => number): Kept {
  let read: Partial<Record<keyof Kept, unknown>> = {};
  try {
    const found: unknown = JSON.parse(shelf?.getItem(KEY) ?? "{}");
    if (typeof found === "object" && found !== null) read = found;
  } catch {
    read = {};
  }
  const wishes = Array.isArray(read.wishes) ? read.wishes.filter((id): id is string => typeof id === "string" && product(id) !== null) : [];
  const variant = read.variant === "card-first" || read.variant === "express-first" ? read.variant : chance() < EXPRESS_FIRST ? "express-first" : "card-first";
  return { basket: readBasket(read.basket), wishes: [...new Set(wishes)], variant };
}

/** Writes; does nothing if the browser refuses. */
export function remember(shelf: Pick<Storage, "setItem"> | null, kept: Kept): void {
  try {
    shelf?.setItem(KEY, JSON.stringify(kept));
  } catch {
    // A shop that cannot remember still sells.
  }
}
