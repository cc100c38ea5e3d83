/** The shop's state and its actions: each changes the state, shows it, and reports it. */
import { put } from "./basket.ts";
import { product, search } from "./catalogue.ts";
import type { Reports } from "./reports.ts";
import type { Method, Route } from "./route.ts";
import type { Kept } from "./shelf.ts";

/** What the page does for the shop. */
export interface Stage {
  /** Redraws the page that the visitor is on. */
  draw(): void;
  /** Says something to everybody, screen readers included. */
  say(text: string): void;
  keep(kept: Kept): void;
  go(to: Route): void;
  /** An unguessable name for a customer. */
  customer(): string;
}

export class Shop {
  /** What was bought last, for the page that says thank you. */
  bought: Kept["basket"] = {};

  constructor(
    public kept: Kept,
    private readonly reports: Reports,
    private readonly stage: Stage,
  ) {}

  /** Reports that a page is seen; called once for each time that a visitor comes to it. */
  visit(to: Route): void {
    switch (to.page) {
      case "landing":
        this.reports.landing();
        break;
      case "list":
        this.reports.listSeen(to.kind ?? "everything");
        break;
      case "search":
        if (to.term) this.reports.searched(to.term, search(to.term).length);
        break;
      case "product": {
        const seen = product(to.id);
        if (seen) this.reports.productSeen(seen);
        break;
      }
      case "checkout":
        if (this.filled) this.reports.checkoutBegun(this.kept.basket, "card");
        break;
      case "express":
        if (this.filled) this.reports.checkoutBegun(this.kept.basket, to.method);
        break;
      case "letter":
        this.reports.letterShown();
        break;
      default:
    }
  }

  get filled(): boolean {
    return Object.keys(this.kept.basket).length > 0;
  }

  fill(id: string): void {
    const chosen = product(id);
    if (!chosen) return;
    this.change({ basket: put(this.kept.basket, id, 1) });
    this.reports.basketFilled(chosen, 1);
    this.stage.say(`${chosen.name} is in your basket.`);
  }

  amend(id: string, by: number): void {
    this.change({ basket: put(this.kept.basket, id, by) });
  }

  wish(id: string): void {
    const chosen = product(id);
    if (!chosen) return;
    const wished = this.kept.wishes.includes(id);
    this.change({ wishes: wished ? this.kept.wishes.filter((one) => one !== id) : [...this.kept.wishes, id] });
    this.stage.say(wished ? `${chosen.name} is off your wishlist.` : `${chosen.name} is on your wishlist.`);
  }

  buy(method: Method | "card"): void {
    if (!this.filled) return;
    this.bought = this.kept.basket;
    this.reports.bought(this.kept.basket, method);
    this.change({ basket: {} });
    this.stage.go({ page: "thanks" });
  }

  find(place: string): void {
    this.reports.storesLookedUp(place);
  }

  subscribe(): void {
    this.reports.letterOrdered(this.stage.customer());
    this.stage.go({ page: "inbox" });
  }

  comeFromEmail(): void {
    this.reports.emailClicked();
    this.stage.go({ page: "list", kind: "home" });
  }

  /** Forgets this visitor: the next event belongs to another one. */
  leave(fresh: Kept): void {
    this.reports.forgotten();
    this.change(fresh);
    this.stage.go({ page: "landing" });
  }

  private change(change: Partial<Kept>): void {
    this.kept = { ...this.kept, ...change };
    this.stage.keep(this.kept);
    this.stage.draw();
  }
}
