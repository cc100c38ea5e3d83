import { expect, it } from "vitest";
import { traceRowText } from "../../src/side/TracesPanel.tsx";

it("TRC-25: a row says how many events, the last one, where the trace stands and how it ended", () => {
  const row = { events: 6, lastName: "purchase", label: "Purchase", ended: null, retained: true, partial: false };
  expect(traceRowText(row)).toBe("6 events · last purchase · at Purchase");
  expect(traceRowText({ ...row, ended: "success" })).toBe("6 events · last purchase · converted at Purchase");
  expect(traceRowText({ ...row, ended: "failure", partial: true })).toBe("6 events · last purchase · ended at Purchase: failure · partial");
  expect(traceRowText({ ...row, events: 1, lastName: "", label: "", retained: false })).toBe("1 event · nowhere yet · steps let go");
});
