/** Parts that several pages share. */
import { picture } from "../art/pot.ts";
import { pounds, type Product } from "../catalogue.ts";
import { address, type Route } from "../route.ts";
import type { Shop } from "../shop.ts";
import { h, svg, type Child } from "./h.ts";

export function heading(words: string, ...beside: readonly Child[]): HTMLElement {
  return h("div", { class: "heading" }, h("h1", { tabindex: -1 }, words), ...beside);
}

export function go(to: Route, words: string, look = "button"): HTMLAnchorElement {
  return h("a", { href: address(to), class: look }, words);
}

export function button(words: string, pressed: () => void, look = "button", more: Readonly<Record<string, string | boolean>> = {}): HTMLButtonElement {
  return h("button", { type: "button", class: look, click: pressed, ...more }, words);
}

export function grid(shop: Shop, products: readonly Product[]): HTMLElement {
  return h("ul", { class: "grid" }, ...products.map((one) => h("li", {}, tile(shop, one))));
}

function tile(shop: Shop, one: Product): HTMLElement {
  return h(
    "article",
    { class: "tile" },
    h("a", { href: address({ page: "product", id: one.id }), class: "tile-link" }, picture(one.shape, one.glaze), h("h2", { class: "tile-name" }, one.name), h("p", { class: "price" }, pounds(one.price))),
    heart(shop, one),
  );
}

export function heart(shop: Shop, one: Product, words = false): HTMLElement {
  const wished = shop.kept.wishes.includes(one.id);
  const said = wished ? `Take ${one.name} off your wishlist` : `Put ${one.name} on your wishlist`;
  return h(
    "button",
    {
      type: "button",
      class: words ? "button button-quiet" : "heart",
      "aria-pressed": wished ? "true" : "false",
      "data-key": `heart-${one.id}`,
      ...(words ? {} : { "aria-label": said, title: said }),
      click: () => {
        shop.wish(one.id);
      },
    },
    mark("M12 20.5C5 15.5 3 12.4 3 9.2 3 6.5 5 4.7 7.4 4.7c1.9 0 3.6 1.1 4.6 2.9 1-1.8 2.7-2.9 4.6-2.9C19 4.7 21 6.5 21 9.2c0 3.2-2 6.3-9 11.3z", wished),
    words ? (wished ? "On your wishlist" : "Add to wishlist") : null,
  );
}

/** A small drawn sign, in a square of 24. */
export function mark(path: string, filled = false): SVGElement {
  return svg("svg", { viewBox: "0 0 24 24", class: filled ? "mark mark-full" : "mark", "aria-hidden": "true", focusable: "false" }, svg("path", { d: path }));
}

export function empty(words: string, ...deeds: readonly Child[]): HTMLElement {
  return h("div", { class: "nothing" }, h("p", {}, words), h("p", { class: "deeds" }, ...deeds));
}
