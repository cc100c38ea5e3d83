/** The order and the choice of the table's rows. */
import { expect, test } from "vitest";
import { filtered, nextSorting, sorted, type Sorting } from "../src/GraphTable.tsx";

const ROWS = [
  { label: "Step 10", listens: "view_item", count: 3, rate: 0.5, lastAt: 900 },
  { label: "step 2", listens: "Add To Cart", count: 40, rate: 0, lastAt: null },
  { label: "Étape", listens: "purchase", count: 3, rate: 2, lastAt: 100 },
];
const labels = (rows: readonly { readonly label: string }[]): string[] => rows.map(({ label }) => label);

test("PIC-26: figures are ordered as numbers and names as people read them, equals as the graph has them", () => {
  const by = (column: Sorting["by"], down: boolean): string[] => labels(sorted(ROWS, { by: column, down }));
  expect(by("label", false)).toEqual(["Étape", "step 2", "Step 10"]);
  expect(by("count", true)).toEqual(["step 2", "Step 10", "Étape"]);
  expect(by("count", false)).toEqual(["Step 10", "Étape", "step 2"]);
  expect(by("lastAt", true)).toEqual(["Step 10", "Étape", "step 2"]);
  expect(sorted(ROWS, null)).toBe(ROWS);
});

test("PIC-26: a heading sorts, turns the order round, and gives the graph's own back", () => {
  const pressed = (by: Sorting["by"]): (Sorting | null)[] => {
    const steps: (Sorting | null)[] = [];
    for (let sorting: Sorting | null = null, n = 0; n < 3; n++) steps.push((sorting = nextSorting(sorting, by)));
    return steps;
  };
  expect(pressed("count")).toEqual([{ by: "count", down: true }, { by: "count", down: false }, null]);
  expect(pressed("label")).toEqual([{ by: "label", down: false }, { by: "label", down: true }, null]);
  expect(nextSorting({ by: "count", down: true }, "rate")).toEqual({ by: "rate", down: true });
});

test("PIC-26: a row is shown if its name or its event has every word", () => {
  expect(labels(filtered(ROWS, " STEP "))).toEqual(["Step 10", "step 2"]);
  expect(labels(filtered(ROWS, "cart step"))).toEqual(["step 2"]);
  expect(labels(filtered(ROWS, "absent"))).toEqual([]);
  expect(filtered(ROWS, "  ")).toBe(ROWS);
});
