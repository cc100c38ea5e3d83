import { expect, it, vi } from "vitest";

it("PIC-2: the worker answers an arrangement with boxes", async () => {
  const self = { onmessage: null as ((message: { data: unknown }) => void) | null, postMessage: vi.fn<(boxes: unknown[]) => void>() };
  vi.stubGlobal("self", self);
  await import("../../../src/picture/layout/layout.worker.ts");
  self.onmessage?.({ data: { nodes: 3, links: [[0, 1]] } });
  expect(self.postMessage.mock.calls[0]?.[0]).toHaveLength(3);
  vi.unstubAllGlobals();
});
