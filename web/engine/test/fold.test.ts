import { expect, it } from "vitest";
import { fold } from "../src/fold.ts";

it("MAT-5: text folds as Python folds it: sharp s, sigma, dotless i", () => {
  expect(fold("STRASSE")).toBe(fold("Straße"));
  expect(fold("ΟΔΟΣ")).toBe(fold("οδος"));
  expect(fold("ı")).toBe("ı");
  expect(fold("MiXed")).toBe("mixed");
});
