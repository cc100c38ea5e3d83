/** Where visitors pay: basket, checkout, express pay, and thanks. */
import { picture } from "../art/pot.ts";
import { cost, pieces, type Basket } from "../basket.ts";
import { pounds, product } from "../catalogue.ts";
import { address, type Method } from "../route.ts";
import type { Shop } from "../shop.ts";
import { h, type Child } from "./h.ts";
import { button, empty, go, heading } from "./parts.ts";

const METHODS: Readonly<Record<Method, string>> = { apple_pay: "Apple Pay", google_pay: "Google Pay" };

export function basket(shop: Shop): readonly Child[] {
  if (!shop.filled) return [heading("Your basket"), nothing()];
  return [heading("Your basket", h("p", { class: "quiet" }, said(shop.kept.basket))), h("div", { class: "pay" }, lines(shop, shop.kept.basket, true), h("aside", { class: "sum", "aria-label": "What it costs" }, sum(shop.kept.basket), ways(shop)))];
}

/** The sample graph's payment test: which way is offered first. */
function ways(shop: Shop): HTMLElement {
  const card = go({ page: "checkout" }, "Check out with a card", "button");
  const express = h("p", { class: "express" }, ...(Object.keys(METHODS) as Method[]).map((method) => go({ page: "express", method }, METHODS[method], "button button-dark")));
  const or = h("p", { class: "or" }, "or");
  return h("div", { class: "ways", "data-variant": shop.kept.variant }, ...(shop.kept.variant === "card-first" ? [card, or, express] : [express, or, card]));
}

export function checkout(shop: Shop): readonly Child[] {
  if (!shop.filled) return [heading("Checkout"), nothing()];
  const field = (label: string, value: string, wide = true): HTMLElement => h("label", { class: wide ? "field" : "field field-short" }, h("span", {}, label), h("input", { value, autocomplete: "off", name: label }));
  const form = h(
    "form",
    {
      class: "card",
      submit: (event) => {
        event.preventDefault();
        shop.buy("card");
      },
    },
    h("p", { class: "quiet" }, "Filled in already. Nothing that stands here leaves the page."),
    h("fieldset", {}, h("legend", {}, "Where it goes"), field("Name", "Ada Finch"), field("Street", "12 Mill Lane"), field("Town", "Ambleside", false), field("Postcode", "LA22 9AA", false)),
    h("fieldset", {}, h("legend", {}, "Card"), field("Number", "4242 4242 4242 4242"), field("Until", "12/29", false), field("Code", "123", false)),
    h("button", { type: "submit", class: "button button-wide" }, `Pay ${pounds(cost(shop.kept.basket).total)}`),
  );
  return [heading("Checkout"), h("div", { class: "pay" }, form, h("aside", { class: "sum", "aria-label": "What it costs" }, lines(shop, shop.kept.basket, false), sum(shop.kept.basket)))];
}

export function express(shop: Shop, method: Method): readonly Child[] {
  if (!shop.filled) return [heading(METHODS[method]), nothing()];
  const total = pounds(cost(shop.kept.basket).total);
  return [
    h(
      "section",
      { class: "wallet" },
      h("h1", { tabindex: -1 }, METHODS[method]),
      h("p", { class: "quiet" }, `Tarn asks for ${total} for ${said(shop.kept.basket)}.`),
      sum(shop.kept.basket),
      button(`Pay ${total}`, () => {
        shop.buy(method);
      }, "button button-dark button-wide"),
      go({ page: "basket" }, "Back to the basket", "text"),
    ),
  ];
}

export function thanks(shop: Shop): readonly Child[] {
  if (pieces(shop.bought) === 0) return [heading("Your basket"), nothing()];
  return [h("section", { class: "thanks" }, h("p", { class: "row-art" }, ...Object.keys(shop.bought).slice(0, 4).map((id) => small(id))), h("h1", { tabindex: -1 }, "Thank you, it is yours"), h("p", {}, `${said(shop.bought)} for ${pounds(cost(shop.bought).total)}. If this were a shop, the kiln would be warm already.`), h("p", { class: "deeds" }, go({ page: "letter" }, "Read our letter"), go({ page: "landing" }, "Back to the beginning", "button button-quiet")))];
}

function nothing(): HTMLElement {
  return empty("There is nothing in your basket.", go({ page: "list", kind: null }, "See the collection"));
}

function lines(shop: Shop, held: Basket, amendable: boolean): HTMLElement {
  return h("ul", { class: amendable ? "lines" : "lines lines-small" }, ...Object.entries(held).map(([id, count]) => line(shop, id, count, amendable)));
}

function line(shop: Shop, id: string, count: number, amendable: boolean): HTMLElement {
  const held = product(id);
  const amend = (by: number, sign: string, words: string): HTMLElement =>
    button(sign, () => {
      shop.amend(id, by);
    }, "step", { "aria-label": `${words} ${held?.name ?? id}`, "data-key": `${sign}${id}` });
  return h(
    "li",
    { class: "line" },
    small(id),
    h("div", { class: "line-words" }, h("a", { href: address({ page: "product", id }) }, held?.name ?? id), h("p", { class: "quiet" }, pounds(held?.price ?? 0))),
    amendable ? h("div", { class: "steps" }, amend(-1, "−", "One less of"), h("span", { class: "count" }, String(count)), amend(1, "+", "One more of")) : h("span", { class: "count" }, `× ${count}`),
  );
}

function small(id: string): Child {
  const shown = product(id);
  return shown && picture(shown.shape, shown.glaze);
}

function sum(held: Basket): HTMLElement {
  const { goods, delivery, total } = cost(held);
  const row = (name: string, value: string, look = ""): HTMLElement => h("div", { class: look }, h("dt", {}, name), h("dd", {}, value));
  return h("dl", { class: "costs" }, row("Goods", pounds(goods)), row("Delivery", delivery === 0 ? "free" : pounds(delivery)), row("Together", pounds(total), "costs-total"));
}

function said(held: Basket): string {
  const count = pieces(held);
  return count === 1 ? "one piece" : `${count} pieces`;
}
