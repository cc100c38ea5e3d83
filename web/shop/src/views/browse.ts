/** Where visitors look around: landing page, list, search, one product, wishlist. */
import { scene } from "../art/scene.ts";
import { picture, shelf } from "../art/pot.ts";
import { KINDS, pounds, product, PRODUCTS, search, type Kind } from "../catalogue.ts";
import { address } from "../route.ts";
import type { Shop } from "../shop.ts";
import { h, type Child } from "./h.ts";
import { button, empty, go, grid, heading, heart } from "./parts.ts";

const KIND_NAMES = Object.keys(KINDS) as Kind[];

export function landing(shop: Shop): readonly Child[] {
  return [
    h(
      "section",
      { class: "hero" },
      scene(),
      h("div", { class: "hero-words" }, h("p", { class: "over" }, "Spring firing · nine pieces"), h("h1", { tabindex: -1 }, "Stoneware for slow mornings"), h("p", {}, "Thrown by hand beside the water, glazed in six colours of the fells."), h("p", { class: "deeds" }, go({ page: "list", kind: null }, "See the collection"), go({ page: "stores" }, "Find a shop", "button button-quiet"))),
    ),
    h("ul", { class: "kinds" }, ...KIND_NAMES.map((kind) => h("li", {}, h("a", { href: address({ page: "list", kind }), class: "kind" }, shelf(PRODUCTS.filter((one) => one.kind === kind)), h("span", {}, KINDS[kind]))))),
    h("section", { "aria-labelledby": "loved" }, h("h2", { id: "loved", class: "under" }, "Most loved"), grid(shop, PRODUCTS.filter(({ id }) => ["fell-mug", "pike-vase", "rill-jug"].includes(id)))),
  ];
}

export function list(shop: Shop, kind: Kind | null): readonly Child[] {
  const shown = kind === null ? PRODUCTS : PRODUCTS.filter((one) => one.kind === kind);
  const choice = (to: Kind | null, words: string): HTMLElement => h("a", { href: address({ page: "list", kind: to }), class: "choice", ...(to === kind ? { "aria-current": "page" } : {}) }, words);
  return [heading(kind === null ? "The collection" : KINDS[kind], h("p", { class: "quiet" }, `${shown.length} pieces`)), h("nav", { class: "choices", "aria-label": "Kinds" }, choice(null, "Everything"), ...KIND_NAMES.map((one) => choice(one, KINDS[one]))), grid(shop, shown)];
}

export function found(shop: Shop, term: string): readonly Child[] {
  const shown = search(term);
  const words = term === "" ? "What are you looking for?" : shown.length === 0 ? `Nothing is called “${term}”` : `${shown.length} for “${term}”`;
  return [heading(words), shown.length > 0 ? grid(shop, shown) : empty("Try “mug”, “vase” or a colour such as “moss”.", go({ page: "list", kind: null }, "See the collection"))];
}

export function one(shop: Shop, id: string): readonly Child[] {
  const shown = product(id);
  if (shown === null) return lost();
  const like = PRODUCTS.filter((other) => other.kind === shown.kind && other.id !== id);
  const filled = shop.kept.basket[id] ?? 0;
  return [
    h(
      "article",
      { class: "product" },
      h("div", { class: "product-art" }, picture(shown.shape, shown.glaze)),
      h(
        "div",
        { class: "product-words" },
        h("a", { href: address({ page: "list", kind: shown.kind }), class: "over" }, KINDS[shown.kind]),
        h("h1", { tabindex: -1 }, shown.name),
        h("p", { class: "price price-large" }, pounds(shown.price)),
        h("p", {}, shown.words),
        h(
          "p",
          { class: "deeds" },
          button(
            "Add to basket",
            () => {
              shop.fill(id);
            },
            "button",
            { "data-key": "fill" },
          ),
          heart(shop, shown, true),
        ),
        filled > 0 ? h("p", { class: "notice" }, `${filled} in your basket. `, h("a", { href: "#/basket" }, "See your basket")) : null,
        h("ul", { class: "facts" }, h("li", {}, "Thrown and fired by hand; no two are the same"), h("li", {}, "Goes into the dishwasher"), h("li", {}, "Free delivery from £40")),
      ),
    ),
    h("section", { "aria-labelledby": "like" }, h("h2", { id: "like", class: "under" }, "Goes well with"), grid(shop, like)),
  ];
}

export function wishlist(shop: Shop): readonly Child[] {
  const wished = shop.kept.wishes.map(product).filter((each) => each !== null);
  return [heading("Your wishlist"), wished.length > 0 ? grid(shop, wished) : empty("Nothing is on it yet. Press the heart on a piece that you like.", go({ page: "list", kind: null }, "See the collection"))];
}

export function lost(): readonly Child[] {
  return [heading("This page is not there"), empty("It may have been moved, or it never was.", go({ page: "landing" }, "To the beginning"))];
}
