/** The products of the sample shop. All are invented. */

export type Shape = "mug" | "cup" | "teapot" | "jug" | "bowl" | "plate" | "vase" | "bud" | "candle";
export type Glaze = "moss" | "slate" | "rust" | "ochre" | "cream" | "ink";
export type Kind = "drink" | "table" | "home";

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly kind: Kind;
  readonly shape: Shape;
  readonly glaze: Glaze;
  /** Pounds. */
  readonly price: number;
  readonly words: string;
}

export const KINDS: Readonly<Record<Kind, string>> = { drink: "To drink from", table: "For the table", home: "For the room" };

export const PRODUCTS: readonly Product[] = [
  { id: "fell-mug", name: "Fell mug", kind: "drink", shape: "mug", glaze: "slate", price: 18, words: "Holds a proper cup of tea, and a thumb where a thumb wants to be." },
  { id: "beck-cup", name: "Beck cup", kind: "drink", shape: "cup", glaze: "rust", price: 14, words: "A small, straight cup for coffee that is short and strong." },
  { id: "kettle-pot", name: "Gill teapot", kind: "drink", shape: "teapot", glaze: "moss", price: 46, words: "Pours without a drip. Enough for three, or for one patient person." },
  { id: "rill-jug", name: "Rill jug", kind: "table", shape: "jug", glaze: "cream", price: 32, words: "For milk at breakfast, water at lunch and daffodils in March." },
  { id: "force-bowl", name: "Force bowl", kind: "table", shape: "bowl", glaze: "ochre", price: 28, words: "Wide and deep. Salad, soup, or the keys." },
  { id: "scar-plate", name: "Scar plate", kind: "table", shape: "plate", glaze: "ink", price: 24, words: "A flat, quiet plate with a rim that keeps the gravy in." },
  { id: "pike-vase", name: "Pike vase", kind: "home", shape: "vase", glaze: "moss", price: 54, words: "Tall shoulders, narrow neck: three stems look like a dozen." },
  { id: "scree-bud", name: "Scree bud vase", kind: "home", shape: "bud", glaze: "rust", price: 22, words: "For the one flower somebody brought in from the walk." },
  { id: "crag-light", name: "Crag candlestick", kind: "home", shape: "candle", glaze: "slate", price: 26, words: "Heavy in the foot, so that it stands when the table does not." },
];

const BY_ID = new Map(PRODUCTS.map((product) => [product.id, product]));

export function product(id: string): Product | null {
  return BY_ID.get(id) ?? null;
}

/** The products whose name, words or kind hold every word of `term`, in upper or lower case. */
export function search(term: string): readonly Product[] {
  const words = term.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return PRODUCTS.filter((one) => {
    const said = `${one.name} ${one.words} ${KINDS[one.kind]} ${one.glaze} ${one.shape}`.toLowerCase();
    return words.every((word) => said.includes(word));
  });
}

/** "£46", "£46.50". */
export function pounds(amount: number): string {
  return new Intl.NumberFormat("en-GB", { style: "currency", currency: "GBP", minimumFractionDigits: Number.isInteger(amount) ? 0 : 2 }).format(amount);
}
