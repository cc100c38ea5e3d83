/** What stands around every page: the sign over the door, ways about, and the small print. */
import { pieces } from "../basket.ts";
import { address, type Route } from "../route.ts";
import type { Shop } from "../shop.ts";
import { h, svg, type Child } from "./h.ts";
import { button, mark } from "./parts.ts";

export function top(shop: Shop, at: Route, search: (term: string) => void): HTMLElement {
  const form = h(
    "form",
    {
      class: "search",
      role: "search",
      submit: (event) => {
        event.preventDefault();
        search((new FormData(form).get("q") as string).trim());
      },
    },
    h("label", { class: "hidden", for: "q" }, "Search the shop"),
    h("input", { id: "q", name: "q", type: "search", placeholder: "Search", maxlength: 60, autocomplete: "off", "data-key": "q", value: at.page === "search" ? at.term : "" }),
    h("button", { type: "submit", class: "search-go", "aria-label": "Search" }, mark("M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5 20 20")),
  );
  const way = (to: Route, words: string): HTMLElement => h("a", { href: address(to), ...(at.page === to.page ? { "aria-current": "page" } : {}) }, words);
  const count = pieces(shop.kept.basket);
  const wishes = shop.kept.wishes.length;
  return h(
    "header",
    { class: "top" },
    h("a", { class: "sign", href: "#/", "aria-label": "Tarn, to the beginning" }, waves(), "Tarn"),
    h("nav", { class: "ways-about", "aria-label": "Shop" }, way({ page: "list", kind: null }, "Shop"), way({ page: "stores" }, "Stores"), way({ page: "letter" }, "Letter")),
    form,
    h("nav", { class: "yours", "aria-label": "Yours" }, own({ page: "wishlist" }, "Wishlist", wishes, at, "M12 20.5C5 15.5 3 12.4 3 9.2 3 6.5 5 4.7 7.4 4.7c1.9 0 3.6 1.1 4.6 2.9 1-1.8 2.7-2.9 4.6-2.9C19 4.7 21 6.5 21 9.2c0 3.2-2 6.3-9 11.3z"), own({ page: "basket" }, "Basket", count, at, "M4 9h16l-1.6 9.4a2 2 0 0 1-2 1.6H7.6a2 2 0 0 1-2-1.6zM8 9l3-5M16 9l-3-5")),
  );
}

function own(to: Route, words: string, count: number, at: Route, path: string): HTMLElement {
  return h("a", { href: address(to), class: "own", title: words, "aria-label": count > 0 ? `${words}, ${count}` : words, ...(at.page === to.page ? { "aria-current": "page" } : {}) }, mark(path), count > 0 ? h("span", { class: "badge", "aria-hidden": "true" }, String(count)) : null);
}

function waves(): SVGElement {
  return svg("svg", { viewBox: "0 0 32 24", class: "waves", "aria-hidden": "true", focusable: "false" }, svg("path", { d: "M6 9c4-4 6-4 10 0s6 4 10 0" }), svg("path", { d: "M3 17c4.500-4 8-4 13 0s8.500 4 13 0" }));
}

/** `how` says where the shop's events go. */
export function foot(forget: () => void, how: string): HTMLElement {
  const parts: readonly Child[] = [h("p", {}, how), button("Start over as a new visitor", forget, "text")];
  return h("footer", { class: "foot" }, ...parts);
}
