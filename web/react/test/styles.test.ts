import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { outsideScope } from "./support/styles.ts";

const SOURCES = fileURLToPath(new URL("../src", import.meta.url));
const FONTS = "styles/fonts.css";
const sheets = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".css"));

it.each(sheets.filter((name) => name !== FONTS))("PIC-72: %s styles nothing outside the scope", (name) => {
  const css = readFileSync(`${SOURCES}/${name}`, "utf8");
  expect(css).toContain("{");
  expect(outsideScope(css)).toEqual([]);
});

it.each(sheets.filter((name) => !/tokens|react-flow|far-names/.test(name)))("PIC-104: the text of %s follows the page's sizes, or on a card the zoom", (name) => {
  const css = readFileSync(`${SOURCES}/${name}`, "utf8");
  const sizes = [...css.matchAll(/\bfont(?:-size)?:[^;]*?[\d.]+px[^;]*/g)].map(([found]) => found);
  expect(sizes.filter((size) => !size.includes("--dr-type") && !size.includes("--dr-title"))).toEqual([]);
});

it("PIC-72: fonts are a sheet of their own, with nothing else in it, that no module of the package imports", () => {
  const css = readFileSync(`${SOURCES}/${FONTS}`, "utf8").replace(/\/\*[^]*?\*\//g, "");
  for (const line of css.split("\n").filter(Boolean)) expect(line).toMatch(/^@import "@fontsource-variable\/[\w-]+";$/);
  const modules = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
  expect(modules.filter((name) => readFileSync(`${SOURCES}/${name}`, "utf8").includes("fonts.css"))).toEqual([]);
});

it.each([
  ":root { --dr-x: 1px }", "html { margin: 0 }", "* { margin: 0 }", ".react-flow__node { top: 0 }", "[data-theme='light'] { color: red }", ".dagnet-realtime + p { top: 0 }",
  ".dagnet-realtime ~ p { top: 0 }", "p:not(.dagnet-realtime) { top: 0 }", ":is(.dagnet-realtime, p) { top: 0 }", "body:has(.dagnet-realtime) { top: 0 }", "@media print { p { top: 0 } }",
  ".dagnet-realtime { p, body & { top: 0 } & + p { top: 0 } }", "@font-face { font-family: x; src: url(x) }", "@keyframes spin { to { top: 0 } }", "@property --x { syntax: '*'; inherits: true }",
  ".dagnet-realtime-not { top: 0 }", "@layer x { .dagnet-realtime p { top: 0 } }",
])("finds what reaches beyond the scope: %s", (css) => {
  expect(outsideScope(css)).not.toEqual([]);
});

it.each([
  ".dagnet-realtime { p, &.x > i { top: 0 } @media print { p { top: 0 } } }", ":where([data-theme='light']) .dagnet-realtime:where(:not([data-theme='dark'])) { top: 0 }",
  "@keyframes dagnet-realtime-spin { to { top: 0 } }", "@container x (width < 9px) { .dagnet-realtime p + p { top: 0 } }",
])("finds nothing in what is under the scope: %s", (css) => {
  expect(outsideScope(css)).toEqual([]);
});
