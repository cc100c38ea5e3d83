import { defineConfig } from "@playwright/test";

const chromium = process.env.CHROMIUM;
const site = `http://127.0.0.1:${process.env.PORT ?? 4173}`;

export default defineConfig({
  testDir: "tests",
  fullyParallel: true,
  reporter: "list",
  use: { baseURL: site, ...(chromium === undefined ? {} : { launchOptions: { executablePath: chromium, args: ["--no-sandbox"] } }) },
  webServer: { command: "node shop.mjs", url: `${site}/shop/`, reuseExistingServer: false },
});
