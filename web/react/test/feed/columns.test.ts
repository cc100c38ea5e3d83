import { expect, it } from "vitest";
import { COLUMN_WIDTH, COLUMNS, shownColumns, tracks, withShown, withWidth } from "../../src/feed/columns.ts";

it("PIC-110: columns are shown in their order unless they are chosen away, the event's always", () => {
  expect(shownColumns({})).toEqual(COLUMNS);
  const chosen = withShown(withShown(withShown({}, "node", false), "event", false), "lag", false);
  expect(shownColumns(chosen)).toEqual(["occurred", "event", "trace", "properties"]);
  expect(shownColumns(withShown(chosen, "node", true))).toContain("node");
  expect(shownColumns({ other: 0 })).toEqual(COLUMNS);
});

it("PIC-110: a width stays within its limits and yields if there is no room; null is as it comes", () => {
  expect(withWidth({}, "event", 20)).toEqual({ event: COLUMN_WIDTH.least });
  expect(withWidth({}, "event", 1e9)).toEqual({ event: COLUMN_WIDTH.most });
  expect(withWidth({ event: 240, node: 0 }, "event", null)).toEqual({ node: 0 });
  const only = { occurred: 0, event: 240, node: 0, properties: 0, lag: 0 };
  expect(tracks(only)).toEqual({ wide: "minmax(48px, 240px) var(--dr-feed-trace) minmax(0, 1fr)", narrow: "var(--dr-feed-event) var(--dr-feed-trace)" });
  expect(tracks({ event: 1e9 }).wide).toContain(`${COLUMN_WIDTH.most}px`);
});
