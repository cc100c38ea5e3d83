import type { StreamPartition, StreamSummary, WorkspaceSummary } from "@dagnet-realtime/client/api";
import { ApiError } from "@dagnet-realtime/client/http";
import { describe, expect, it } from "vitest";
import { everyStream, partitionCells, streamText } from "../../src/ui/Streams.tsx";

const partition: StreamPartition = { topic: "segment.events", partition: 3, owner: "host/12", lag: 2.5, behind: 1200, fetched_at: 9_000, read: 5000, refused: { invalid: 2, too_large: 1 }, others: 0, gaps: 1, trouble: "" };
const stream: StreamSummary = { source: "kafka", connected: true, watched: true, trouble: "", partitions: [partition] };
const workspace = (env: string, streams?: readonly string[]): WorkspaceSummary => ({ id: "shop", env, graphs: [], errors: [], sources: [], ...(streams && { streams }) });

describe("the streams of the workspaces", () => {
  it("STR-24: a partition says its owner, how far behind it is, its last answer, refusals and gaps", () => {
    expect(partitionCells(partition, 14_000)).toEqual(["segment.events 3", "host/12", "1,200 (2.5 s)", "5 s ago", "5,000", "2 invalid, 1 too_large", "1"]);
    const fresh: StreamPartition = { ...partition, owner: "", lag: 0, behind: 0, fetched_at: 0, read: 0, refused: {}, gaps: 0 };
    expect(partitionCells(fresh, 14_000)).toEqual(["segment.events 3", "no process", "0", "none yet", "0", "0", "0"]);
  });

  it("STR-24: a stream says whether it is connected, and that nothing is read while Realtime is Off", () => {
    expect(streamText(stream)).toContain("while Realtime is On");
    expect(streamText({ ...stream, watched: false })).toContain("nothing is read");
    expect(streamText({ ...stream, connected: false })).toBe("Not connected.");
  });

  it("STR-24: workspaces without a stream are not asked, and a refusal is told", async () => {
    const asked: string[] = [];
    const found = await everyStream((one) => { asked.push(one.env); return Promise.resolve([stream]); }, [workspace("prod", ["kafka"]), workspace("old"), workspace("test", [])]);
    expect(asked).toEqual(["prod"]);
    expect(found.streams).toEqual([{ where: "shop · prod", stream }]);
    const refused = await everyStream(() => Promise.reject(new ApiError("unavailable", "The store cannot be reached.", "", "Try again.")), [workspace("prod", ["kafka"])]);
    expect(refused.streams).toEqual([]);
    expect(refused.problem).toContain("The store cannot be reached.");
  });
});
