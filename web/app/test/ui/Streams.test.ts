import type { StreamPartition, StreamSummary, WorkspaceSummary } from "@dagnet-realtime/client/api";
import { ApiError } from "@dagnet-realtime/client/http";
import { describe, expect, it } from "vitest";
import { columnsOf, everyStream, isReading, streamText } from "../../src/ui/Streams.tsx";

const partition: StreamPartition = { topic: "segment.events", partition: 3, owner: "host/12", lag: 2.5, behind: 1200, fetched_at: 9_000, read: 5000, refused: { invalid: 2, too_large: 1 }, others: 0, gaps: 1, trouble: "" };
const stream: StreamSummary = { source: "kafka", connected: true, watched: true, trouble: "", partitions: [partition] };
const workspace = (env: string, streams?: readonly string[]): WorkspaceSummary => ({ id: "shop", env, graphs: [], errors: [], sources: [], ...(streams && { streams }) });

describe("the streams of the workspaces", () => {
  const cells = (one: StreamPartition): string[] => columnsOf({ ...stream, partitions: [one] }).map(({ value }) => value(one, 14_000));

  it("STR-24: a partition says its owner, how far behind it is, its last answer, refusals and gaps", () => {
    expect(cells(partition)).toEqual(["host/12", "1,200 (2.5 s)", "5 s ago", "5,000", "2 invalid, 1 too large", "1"]);
    expect(cells({ ...partition, fetched_at: 13_900 })[2]).toBe("just now");
    const fresh: StreamPartition = { ...partition, owner: "", lag: 0, behind: 0, fetched_at: 0, read: 0, refused: {}, gaps: 0 };
    expect(cells(fresh)).toEqual(["no process", "0", "none yet", "0", "0", "0"]);
  });

  it("STR-24: events of other sources have a column once there are some", () => {
    expect(columnsOf(stream).map(({ word }) => word)).not.toContain("Other sources’");
    const shared = columnsOf({ ...stream, partitions: [partition, { ...partition, partition: 4, others: 70 }] });
    expect(shared.find(({ word }) => word === "Other sources’")?.value({ ...partition, others: 70 }, 0)).toBe("70");
  });

  it("STR-24: a stream says whether it is connected and read, and how much it has brought", () => {
    const other: StreamPartition = { ...partition, partition: 4, behind: 0, lag: 9, read: 1, refused: {} };
    expect(streamText({ ...stream, partitions: [partition, other] })).toBe("Reading 2 partitions · 5,001 records so far · 3 refused · up to 2.5 s behind");
    expect(streamText({ ...stream, partitions: [other] })).toBe("Reading 1 partition · 1 record so far · up to date");
    expect(streamText({ ...stream, watched: false })).toContain("Nothing is read");
    expect(streamText({ ...stream, connected: false })).toBe("Not connected yet.");
    expect([stream, { ...stream, watched: false }, { ...stream, connected: false }, { ...stream, trouble: "Kafka is away." }].map(isReading)).toEqual([true, false, false, false]);
  });

  it("STR-24: workspaces without a stream are not asked, and a refusal is shown", async () => {
    const asked: string[] = [];
    const found = await everyStream((one) => { asked.push(one.env); return Promise.resolve([stream]); }, [workspace("prod", ["kafka"]), workspace("old"), workspace("test", [])]);
    expect(asked).toEqual(["prod"]);
    expect(found.streams).toEqual([{ where: "shop · prod", stream }]);
    const refused = await everyStream(() => Promise.reject(new ApiError("unavailable", "The store cannot be reached.", "", "Try again.")), [workspace("prod", ["kafka"])]);
    expect(refused.streams).toEqual([]);
    expect(refused.problem).toContain("The store cannot be reached.");
  });
});
