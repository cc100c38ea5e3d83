/** The basket: what a visitor means to buy, and what it costs. Pure functions. */
import { product } from "./catalogue.ts";

/** Product ids and how many of each. */
export type Basket = Readonly<Record<string, number>>;

/** Most pieces of one product in a basket. */
const MOST = 9;
const FREE_DELIVERY_FROM = 40;
const DELIVERY = 4.5;

export function put(basket: Basket, id: string, change: number): Basket {
  if (product(id) === null) return basket;
  const count = Math.max(0, Math.min(MOST, (basket[id] ?? 0) + change));
  const changed = Object.entries({ ...basket, [id]: count });
  return Object.fromEntries(changed.filter(([, held]) => held > 0));
}

export function pieces(basket: Basket): number {
  return Object.values(basket).reduce((sum, count) => sum + count, 0);
}

/** Pounds: the goods, their delivery, and both. */
export function cost(basket: Basket): { readonly goods: number; readonly delivery: number; readonly total: number } {
  const goods = Object.entries(basket).reduce((sum, [id, count]) => sum + (product(id)?.price ?? 0) * count, 0);
  const delivery = goods === 0 || goods >= FREE_DELIVERY_FROM ? 0 : DELIVERY;
  return { goods, delivery, total: goods + delivery };
}

/** What was kept of a basket, read leniently. */
export function readBasket(kept: unknown): Basket {
  if (typeof kept !== "object" || kept === null) return {};
  return Object.entries(kept).reduce<Basket>((basket, [id, count]) => (typeof count === "number" && Number.isInteger(count) && count > 0 ? put(basket, id, count) : basket), {});
}
