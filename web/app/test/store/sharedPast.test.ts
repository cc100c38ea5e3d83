import { ApiError } from "@dagnet-realtime/client/http";
import type { OpenedSession } from "@dagnet-realtime/client/api";
import { expect, it, vi } from "vitest";
import { keepShare, openShared } from "../../src/store/sharedPast.ts";
import { readPreferences } from "../../src/store/preferences.ts";
import { createUiStore } from "../../src/store/uiState.ts";
import { POSTURE } from "../support/page.ts";

const PLACE = { workspace: "shop", env: "prod", graph: "checkout" };
const OPENED: OpenedSession = { watch_session_id: "s2", position: "e.1", expires_at: "", posture: POSTURE, graph_version: "v", started_at: "2026-01-02T01:05:00.000Z", share: "code-2" };
const store = () => createUiStore(readPreferences(null, false));

it("HUB-34: a link opens a session that begins with the one that it shares, and says from when on", async () => {
  const made = store(), openSession = vi.fn().mockResolvedValue(OPENED);
  expect(await openShared({ api: { openSession } as never, store: made }, PLACE, "code")).toEqual({ session: "s2", position: "e.1", since: Date.parse(OPENED.started_at) });
  expect(openSession.mock.calls).toEqual([[PLACE, "code"]]);
  expect(made.getState().toasts[0]?.what).toContain("since");
});

it.each([["gone", "has ended"], ["forbidden", "not see the past"], ["rate_limited", "Too many links"]])("HUB-34: %s is said, and what happens from now on is shown", async (code, says) => {
  const made = store();
  const openSession = vi.fn().mockRejectedValueOnce(new ApiError(code, "Too many links were opened", "", "")).mockResolvedValueOnce(OPENED);
  expect(await openShared({ api: { openSession } as never, store: made }, PLACE, "code")).toEqual({ session: "s2", position: "e.1" });
  expect(made.getState().toasts[0]).toMatchObject({ what: expect.stringContaining(says) as string, meaning: "What happens from now on is shown.", bad: true });
});

it("HUB-34: a server that cannot be reached is no reason to forget the past", async () => {
  const openSession = vi.fn().mockRejectedValue(new ApiError("unreachable", "No answer", "", ""));
  await expect(openShared({ api: { openSession } as never, store: store() }, PLACE, "code")).rejects.toMatchObject({ code: "unreachable" });
  expect(openSession).toHaveBeenCalledTimes(1);
});

it("HUB-34: the name for links is asked for each session, of those who may follow", async () => {
  const made = store(), openedSession = vi.fn().mockResolvedValue(OPENED);
  keepShare({ api: { openedSession } as never, store: made });
  made.setState({ me: { person: "p", access: "oidc", can: ["watch"], demo: false, version: "" }, phase: "on", session: "s1" });
  expect(openedSession).not.toHaveBeenCalled();
  made.setState({ session: null, phase: "off" });
  made.setState({ me: { person: "p", access: "oidc", can: ["watch", "follow"], demo: false, version: "" } });
  made.setState({ phase: "on", session: "s2" });
  await vi.waitFor(() => { expect(made.getState().share).toBe("code-2"); });
  made.setState({ phase: "off", session: null });
  expect(made.getState().share).toBe("");
});
