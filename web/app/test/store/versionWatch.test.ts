import { OFF } from "@dagnet-realtime/client/transport/transport";
import { expect, it } from "vitest";
import { VersionWatch } from "../../src/store/versionWatch.ts";
import { scene } from "../support/page.ts";

const me = (version: string) => ({ person: "you", access: "local", can: [], demo: false, version });

it("PIC-37: a server of another version is announced once, after the connection came back; the same version never", async () => {
  const { store, api, answers } = scene({ "GET /api/me": me("1.0.0") });
  store.setState({ me: me("1.0.0") });
  const watch = new VersionWatch(store, api);
  await watch.look();
  expect(store.getState().notice).toBeNull();
  answers["GET /api/me"] = me("1.1.0");
  store.setState({ connection: { ...OFF, connection: "reconnecting" } });
  store.setState({ connection: { ...OFF, connection: "live" } });
  await expect.poll(() => store.getState().notice?.what).toBe("The server now runs version 1.1.0.");
  expect(store.getState().notice?.action?.label).toBe("Reload");
  store.setState({ notice: null });
  await watch.look();
  expect(store.getState().notice).toBeNull();
});
