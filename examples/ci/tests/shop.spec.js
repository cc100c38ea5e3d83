import { test } from "@dagnet-realtime/playwright";

test("buys a piece with a card", async ({ page, dagnet }) => {
  await visit(page, dagnet);
  // The next click comes when the last event has been sent, as a visitor's does: on a machine under
  // load two events could overtake each other.
  const sent = page.waitForResponse((answer) => answer.url().includes("/v1/t"));
  await page.getByRole("button", { name: "Add to basket" }).click();
  await sent;
  await page.goto("/shop/#/basket");
  await page.getByRole("link", { name: "Check out with a card" }).click();
  await dagnet.lit("checkout");
  await page.getByRole("button", { name: /^Pay / }).click();
  await dagnet.lit("purchase");
  await dagnet.count("purchase", { is: 1 });
  await dagnet.never("node:purchase -seen:basket");
  await dagnet.meets("checkout");
});

test("puts a piece on the wishlist", async ({ page, dagnet }) => {
  await visit(page, dagnet);
  await page.getByRole("button", { name: /^Put .* on your wishlist$/ }).first().click();
  await dagnet.path("landing-page", "product-list", "product-page", "wishlist", { timeout: 3_000 });
  await dagnet.dark("purchase");
});

/** Landing page, list, product. */
async function visit(page, dagnet) {
  await page.goto("/shop/");
  await dagnet.lit("landing-page");
  await page.goto("/shop/#/list");
  await dagnet.lit("product-list");
  await page.locator("a[href*='#/product/']").first().click();
  await dagnet.lit("product-page");
}
