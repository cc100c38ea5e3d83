// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { readPalette } from "../../../src/picture/light/palette.ts";

describe("the palette", () => {
  it("reads the theme's custom properties", () => {
    const element = document.createElement("div");
    element.style.setProperty("--dr-activity", "#123456");
    document.body.append(element);
    expect(readPalette(element, true, false)).toMatchObject({ activity: "#123456", dark: true });
    expect(readPalette(element, false, false)).toMatchObject({ canvas: "#f8f9fb", ink: "#ffffff" });
  });

  it("PIC-23: takes the colour out when the picture is stale", () => {
    const palette = readPalette(document.createElement("div"), true, true);
    expect(new Set([palette.activity, palette.activityText, palette.core, ...palette.follow])).toEqual(new Set(["#888888"]));
  });
});
