/** The shop's calls of Segment's SDK: its instrumentation plan as built, not as meant. */
import { cost, pieces, type Basket } from "./basket.ts";
import type { Product } from "./catalogue.ts";
import type { Method } from "./route.ts";

export type Properties = Readonly<Record<string, string | number | boolean>>;

/** As much of analytics.js as the shop calls. */
export interface Analytics {
  track(event: string, properties: Properties): unknown;
  page(name: string, properties: Properties): unknown;
  identify(userId: string, traits: Properties): unknown;
  reset(): unknown;
}

const CURRENCY = "GBP";

export class Reports {
  constructor(
    private readonly analytics: Analytics,
    private readonly device: "mobile" | "desktop",
  ) {}

  landing(): void {
    this.analytics.page("Landing", this.with({}));
  }

  emailClicked(): void {
    this.track("email_click", { source: "spring-letter" });
  }

  listSeen(list: string): void {
    this.track("view_item_list", { list });
  }

  searched(term: string, found: number): void {
    this.track("search", { term, found });
  }

  storesLookedUp(place: string): void {
    this.track("store_lookup", { place });
  }

  productSeen(seen: Product): void {
    this.track("view_item", { item_id: seen.id, price: seen.price, currency: CURRENCY });
  }

  basketFilled(chosen: Product, quantity: number): void {
    this.track("Add To Cart", { item_id: chosen.id, price: chosen.price, quantity, currency: CURRENCY });
  }

  checkoutBegun(basket: Basket, method: Method | "card"): void {
    this.track("begin_checkout", { method, value: cost(basket).total, quantity: pieces(basket), currency: CURRENCY });
  }

  bought(basket: Basket, method: Method | "card"): void {
    this.track("purchase", { method, value: cost(basket).total, quantity: pieces(basket), currency: CURRENCY });
  }

  letterShown(): void {
    this.track("view_form", { form: "newsletter-page" });
  }

  /** The address itself stays in the page. */
  letterOrdered(customer: string): void {
    this.analytics.identify(customer, { newsletter: true });
    this.track("sign_up", { form: "newsletter-page" });
  }

  /** The next visitor is another person. */
  forgotten(): void {
    this.analytics.reset();
  }

  private track(event: string, properties: Properties): void {
    this.analytics.track(event, this.with(properties));
  }

  private with(properties: Properties): Properties {
    return { ...properties, device: this.device };
  }
}
