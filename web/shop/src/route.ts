/** Which page of the shop an address means; everything is after the `#`, so that any host and a
 * disk can serve it.
 */
import { KINDS, type Kind } from "./catalogue.ts";

export type Method = "apple_pay" | "google_pay";

export type Route =
  | { readonly page: "landing" | "basket" | "wishlist" | "checkout" | "thanks" | "stores" | "letter" | "inbox" | "lost" }
  | { readonly page: "list"; readonly kind: Kind | null }
  | { readonly page: "search"; readonly term: string }
  | { readonly page: "product"; readonly id: string }
  | { readonly page: "express"; readonly method: Method };

/** Characters of a search; longer ones are cut. */
const TERM = 60;
const PLAIN = ["basket", "wishlist", "checkout", "thanks", "stores", "letter", "inbox"] as const;

export function route(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [page = "", part = ""] = path.split("/");
  if (page === "") return { page: "landing" };
  if (page === "list") return { page, kind: Object.hasOwn(KINDS, part) ? (part as Kind) : null };
  if (page === "search") return { page, term: (new URLSearchParams(query).get("q") ?? "").trim().slice(0, TERM) };
  if (page === "product") return { page, id: part };
  if (page === "express" && (part === "apple_pay" || part === "google_pay")) return { page, method: part };
  return { page: PLAIN.find((one) => one === page) ?? "lost" };
}

export function address(to: Route): string {
  switch (to.page) {
    case "landing":
      return "#/";
    case "list":
      return to.kind === null ? "#/list" : `#/list/${to.kind}`;
    case "search":
      return `#/search?q=${encodeURIComponent(to.term)}`;
    case "product":
      return `#/product/${to.id}`;
    case "express":
      return `#/express/${to.method}`;
    default:
      return `#/${to.page}`;
  }
}
