import { test } from "@dagnet-realtime/playwright";

test("buys a piece with a card", async ({ page, dagnet }) => {
  await visit(page);
  await page.getByRole("button", { name: "Add to basket" }).click();
  await page.goto("/shop/#/basket");
  await page.getByRole("link", { name: "Check out with a card" }).click();
  await page.getByRole("button", { name: /^Pay / }).click();
  await dagnet.lit("purchase");
  await dagnet.count("purchase", { is: 1 });
  await dagnet.never("node:purchase -seen:basket");
  await dagnet.meets("checkout");
});

test("puts a piece on the wishlist", async ({ page, dagnet }) => {
  await visit(page);
  await page.getByRole("button", { name: /^Put .* on your wishlist$/ }).first().click();
  await dagnet.path("landing-page", "product-list", "product-page", "wishlist", { timeout: 3_000 });
  await dagnet.dark("purchase");
});

/** Landing page, list, product. */
async function visit(page) {
  await page.goto("/shop/");
  await page.goto("/shop/#/list");
  await page.locator("a[href*='#/product/']").first().click();
}
