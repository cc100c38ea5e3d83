import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const CSS = readFileSync(new URL("../src/styles/tokens.css", import.meta.url), "utf8");

function tokens(theme: "dark" | "light"): Map<string, string> {
  const block = new RegExp(`color-scheme: ${theme};([^}]*)\\}`).exec(CSS)?.[1] ?? "";
  return new Map([...block.matchAll(/--dr-([\w-]+):\s*(#[0-9a-f]{6})/g)].map((match) => [match[1] ?? "", match[2] ?? ""]));
}

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const value = parseInt(hex.slice(i, i + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

function saturation(hex: string): number {
  const parts = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
  return 1 - Math.min(...parts) / Math.max(...parts);
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

describe.each(["dark", "light"] as const)("the %s theme", (theme) => {
  const all = tokens(theme);
  const colour = (name: string) => all.get(name) ?? "#000000";
  const surfaces = ["canvas", "surface", "raised", "chip", "hover", "card", "fill-0", "fill-1"];
  const steps = [0, 1, 2, 3, 4, 5, 6, 7, 8];

  it("PIC-26: words pass AA on every surface and every card", () => {
    for (const text of ["text", "text-2", "text-3"]) {
      for (const surface of surfaces) expect(contrast(colour(text), colour(surface)), `${text} on ${surface}`).toBeGreaterThanOrEqual(4.5);
    }
    for (const text of ["text", "hot-text"]) for (const step of steps.slice(2)) expect(contrast(colour(text), colour(`fill-${step}`)), `${text} on fill-${step}`).toBeGreaterThanOrEqual(4.5);
  });

  it("PIC-6: fill and border go away from the ground with every step of heat, and the fill gathers colour", () => {
    const away = theme === "dark" ? 1 : -1;
    for (const name of ["fill", "heat"]) {
      const seen = steps.map((step) => luminance(colour(`${name}-${step}`)));
      for (const step of steps.slice(1)) expect(away * ((seen[step] ?? 0) - (seen[step - 1] ?? 0)), `${name}-${step}`).toBeGreaterThan(0.004);
    }
    const full = steps.map((step) => saturation(colour(`fill-${step}`)));
    for (const step of steps.slice(1)) expect(full[step], `fill-${step}`).toBeGreaterThan(full[step - 1] ?? 1);
    expect(contrast(colour("heat-8"), colour("fill-8"))).toBeGreaterThanOrEqual(3);
  });

  it("PIC-26: coloured words pass AA on the canvas, on bars and on their own soft ground", () => {
    for (const name of ["activity", "trace", "unmapped", "ok", "warn", "danger"]) {
      for (const surface of ["canvas", "surface", "raised", "hover", `${name}-soft`]) expect(contrast(colour(`${name}-text`), colour(surface)), `${name}-text on ${surface}`).toBeGreaterThanOrEqual(4.5);
    }
    for (let hue = 0; hue < 6; hue++) expect(contrast(colour(`follow-text-${hue}`), colour("canvas")), `follow-text-${hue}`).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colour("activity-ink"), colour("activity"))).toBeGreaterThanOrEqual(4.5);
  });

  it("PIC-26: marks that carry meaning stand out three to one", () => {
    for (const name of ["activity", "trace", "unmapped", "ok", "warn", "danger", "focus", "heat-3", "gauge-3", ...[0, 1, 2, 3, 4, 5].map((hue) => `follow-${hue}`)]) {
      expect(contrast(colour(name), colour("canvas")), name).toBeGreaterThanOrEqual(3);
    }
  });

  it("names the same colours as the other theme", () => {
    expect([...all.keys()].sort()).toEqual([...tokens(theme === "dark" ? "light" : "dark").keys()].sort());
  });
});
