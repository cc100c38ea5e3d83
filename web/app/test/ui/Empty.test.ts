import { describe, expect, it } from "vitest";
import { curl } from "../../src/ui/Empty.tsx";

describe("the line that lights the first node", () => {
  it("PIC-51: names the event that the graph listens for, safely quoted", () => {
    const [only] = curl([{ id: "tracking", kind: "tracking", url: "" }], "Ann's Order", "http://h");
    expect(only?.line).toContain("http://h/v1/track");
    expect(only?.line).toContain(String.raw`Ann'\''s Order`);
  });

  it("PIC-51: signs for a webhook, and says nothing without a source", () => {
    expect(curl([{ id: "web", kind: "webhook", url: "http://h/segment/webhook/web" }], "A", "http://h")[0]?.line).toContain("x-signature");
    expect(curl([], "A", "http://h")).toEqual([]);
  });
});
