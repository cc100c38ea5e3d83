// @vitest-environment jsdom

import type { Surface } from "../src/protocol.ts";
import { afterEach, describe, expect, it, vi } from "vitest";
import { brushOf, dotSprite, HALO, HALO_STEPS, haloSprite, readPalette, surface } from "../src/sprites.ts";
import { fakeSurfaces, PALETTE } from "./support/canvas.ts";

describe("sprites", () => {
  describe("sprites", () => {
    afterEach(() => { vi.unstubAllGlobals(); });

    it("draws a halo once, hollow where the card is, in both themes", () => {
      const made = fakeSurfaces();
      for (const dark of [true, false]) haloSprite(164, 80, 2, { ...PALETTE, dark });
      expect(made.map(({ width }) => width)).toEqual([(164 + HALO * 2) * 2, (164 + HALO * 2) * 2]);
      expect(made[0]?.of("fill").length).toBeGreaterThan(1);
    });

    it("PIC-6: a stronger glow reaches further and has a wider rim", () => {
      const made = fakeSurfaces();
      for (let step = 1; step <= HALO_STEPS; step++) haloSprite(164, 80, 1, PALETTE, step);
      const rims = made.map((canvas) => canvas.of("roundRect").at(-2)?.args[2] as number);
      for (const [i, rim] of rims.entries()) expect(rim).toBeGreaterThan(rims[i - 1] ?? 164);
      expect(rims.at(-1)).toBeLessThan(164 + HALO);
    });

    it("draws the three shapes of a particle", () => {
      const made = fakeSurfaces();
      for (const shape of ["full", "small", "hollow"] as const) dotSprite(1, PALETTE, shape);
      expect(made.map((canvas) => canvas.of("fill").length)).toEqual([3, 1, 1]);
    });

    it("never makes an empty surface, and says so when there is no 2D canvas", () => {
      fakeSurfaces();
      expect(surface(0, -3).width).toBe(1);
      expect(() => brushOf({ getContext: () => null } as unknown as Surface)).toThrow(/no 2D canvas/);
    });
  });
});

describe("palette", () => {
  describe("the palette", () => {
    it("reads the theme's custom properties", () => {
      const element = document.createElement("div");
      element.style.setProperty("--dr-activity", "#123456");
      document.body.append(element);
      expect(readPalette(element, true, false)).toMatchObject({ activity: "#123456", dark: true });
      expect(readPalette(element, false, false)).toMatchObject({ canvas: "#f8f9fb", ink: "#ffffff" });
    });

    it("PIC-34: takes the colour out when the picture is stale", () => {
      const palette = readPalette(document.createElement("div"), true, true);
      expect(new Set([palette.activity, palette.activityText, palette.core, ...palette.follow])).toEqual(new Set(["#9aa1ab"]));
    });
  });
});
