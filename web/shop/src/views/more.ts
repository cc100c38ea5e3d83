/** The store finder, the newsletter, and the letter that it sends. */
import { scene } from "../art/scene.ts";
import type { Shop } from "../shop.ts";
import { h, svg, type Child } from "./h.ts";
import { button, go, heading } from "./parts.ts";

const STORES = [
  { town: "Ambleside", street: "12 Mill Lane", x: 128, y: 76 },
  { town: "Keswick", street: "3 Packhorse Yard", x: 92, y: 38 },
  { town: "Kendal", street: "The Old Kiln, Highgate", x: 196, y: 116 },
] as const;

export function stores(shop: Shop): readonly Child[] {
  const answer = h("div", { class: "store-list" }, h("p", { class: "quiet" }, "Three shops, all of them beside water."));
  const form = h(
    "form",
    {
      class: "ask",
      submit: (event) => {
        event.preventDefault();
        const town = (new FormData(form).get("place") as string).trim();
        shop.find(town || "anywhere");
        answer.replaceChildren(...nearest(town));
      },
    },
    h("label", { class: "field" }, h("span", {}, "Town or postcode"), h("input", { name: "place", value: "Ambleside", maxlength: 40, autocomplete: "off" })),
    h("button", { type: "submit", class: "button" }, "Find shops"),
  );
  return [heading("Find a shop"), form, h("div", { class: "map-row" }, map(), answer)];
}

function nearest(town: string): readonly HTMLElement[] {
  const first = STORES.filter((one) => one.town.toLowerCase().startsWith(town.toLowerCase()));
  const sorted = [...first, ...STORES.filter((one) => !first.includes(one))];
  return [h("h2", { class: "under", role: "status" }, `Shops near ${town || "you"}`), h("ul", { class: "stores" }, ...sorted.map((one, n) => h("li", {}, h("strong", {}, one.town), h("span", { class: "quiet" }, `${one.street} · ${n * 11 + 2} miles`))))];
}

function map(): SVGElement {
  return svg(
    "svg",
    { viewBox: "0 0 280 160", class: "map", "aria-hidden": "true", focusable: "false" },
    svg("rect", { width: 280, height: 160, class: "map-land" }),
    svg("path", { d: "M0 120q40-20 60 10t50 30H0zM118 84q14 20 6 48t8 28h12q-10-30 0-52t-12-34zM76 44q8 14 2 34l10 2q8-22-4-40z", class: "map-water" }),
    svg("path", { d: "M92 38q20 30 36 38t68 40l50 40", class: "map-road" }),
    ...STORES.map(({ x, y }) => svg("g", { transform: `translate(${x} ${y})` }, svg("path", { d: "M0 0q-9-11-9-17a9 9 0 1 1 18 0q0 6-9 17z", class: "map-pin" }), svg("circle", { cy: -17, r: 3.2, class: "map-pin-eye" }))),
  );
}

export function letter(shop: Shop): readonly Child[] {
  const form = h(
    "form",
    {
      class: "ask",
      submit: (event) => {
        event.preventDefault();
        shop.subscribe();
      },
    },
    h("label", { class: "field" }, h("span", {}, "Your e-mail"), h("input", { type: "email", name: "email", value: "ada@example.com", required: true, autocomplete: "off" })),
    h("button", { type: "submit", class: "button" }, "Sign up"),
  );
  return [h("section", { class: "letter" }, h("h1", { tabindex: -1 }, "One letter a month"), h("p", {}, "What came out of the kiln, what broke, and what the sheep did."), form, h("p", { class: "quiet" }, "The address stays in this page; nothing is sent to it."))];
}

export function inbox(shop: Shop): readonly Child[] {
  return [
    heading("You are on the list"),
    h("p", {}, "This is what the next letter looks like. Follow its link as if it had reached you:"),
    h(
      "article",
      { class: "mail", "aria-label": "The letter" },
      h("p", { class: "mail-head" }, h("strong", {}, "Tarn"), h("span", { class: "quiet" }, "to you")),
      scene(),
      h("h2", {}, "The spring firing is out"),
      h("p", {}, "Nine pieces survived the kiln, and three of them were made to hold whatever is in flower."),
      button("See what is for the room", () => {
        shop.comeFromEmail();
      }),
    ),
    h("p", { class: "deeds" }, go({ page: "landing" }, "Back to the beginning", "text")),
  ];
}
