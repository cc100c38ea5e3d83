/** Serves the demo's shop as a site of its own, whose SDK sends to the same origin, and hands that on to the run. */
import { readFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { extname, join, normalize } from "node:path";

const SHOP = process.env.SHOP_FILES ?? "../../src/dagnet_realtime/web/static/shop";
const REPAIRED = process.env.REPAIRED === "1";
const server = new URL(process.env.DAGNET_EXPECT_SERVER);
const key = process.env.DAGNET_EXPECT_WRITE_KEY;
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

/** The event that the wishlist's heart never sent. */
const HEART = `
document.addEventListener("click", ({ target }) => {
  const heart = target.closest("button[aria-label^='Put '], button[aria-pressed='false']");
  if (!heart) return;
  const anonymousId = JSON.parse(localStorage.getItem("ajs_anonymous_id"));
  const body = { event: "add_to_wishlist", anonymousId, writeKey: "${key}", properties: {}, timestamp: new Date().toISOString() };
  fetch("/v1/t", { method: "POST", headers: { "content-type": "text/plain" }, body: JSON.stringify(body), keepalive: true });
}, true);`;

createServer(async (asked, answer) => {
  const { pathname } = new URL(asked.url, "http://shop");
  if (pathname === "/api/demo/shop") {
    answer.setHeader("content-type", "application/json").end(JSON.stringify({ write_key: key }));
  } else if (pathname.startsWith("/v1/")) {
    const headers = { ...asked.headers, host: server.host };
    const on = request({ host: server.hostname, port: server.port, path: asked.url, method: asked.method, headers }, (said) => {
      answer.writeHead(said.statusCode ?? 502, said.headers);
      said.pipe(answer);
    });
    on.on("error", () => answer.writeHead(502).end());
    asked.pipe(on);
  } else if (pathname.startsWith("/shop/")) {
    const file = pathname === "/shop/" ? "index.html" : normalize(pathname.slice("/shop/".length)).replace(/^(\.\.[/\\])+/, "");
    try {
      const content = await readFile(join(SHOP, file));
      const repaired = REPAIRED && file === "shop.js" ? content.toString().replaceAll("Add To Cart", "add_to_cart") + HEART : content;
      answer.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream").end(repaired);
    } catch {
      answer.writeHead(404).end();
    }
  } else answer.writeHead(404).end();
}).listen(Number(process.env.PORT ?? 4173), "127.0.0.1");
