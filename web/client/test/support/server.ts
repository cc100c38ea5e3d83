/** The real server as a child process, on a copy of the sample's shop. */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../../..");

export interface RunningServer {
  readonly url: string;
  /** A viewer token of the shop; `seconds` until it lapses. */
  mint(seconds: number): Promise<string>;
  /** Sends an event that lights a node, and returns its name. */
  send(graph: string, node: string | null): Promise<string>;
  stop(): void;
}

export async function startServer(): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), "dagnet-realtime-client-"));
  cpSync(join(ROOT, "src/dagnet_realtime/samples/shop"), join(folder, "shop"), { recursive: true });
  const environ = { ...process.env, DAGNET_REALTIME_STATE_DIR: join(folder, "state"), XDG_STATE_HOME: folder };
  const child = spawn(join(ROOT, ".venv/bin/dagnet-realtime"), ["serve", "--workspace", join(folder, "shop"), "--port", "0", "--key-file", join(folder, "key")], { env: environ, stdio: ["ignore", "pipe", "pipe"] });
  const url = await new Promise<string>((done, failed) => {
    let said = "";
    const listen = (piece: Buffer): void => {
      said += piece.toString();
      const found = /https?:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
      if (found !== undefined) done(found);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.on("exit", () => { failed(new Error(`the server did not start: ${said}`)); });
  });
  const key = readFileSync(join(folder, "key"), "utf8").trim();
  const post = async <T>(path: string, body: object): Promise<T> => {
    const answer = await fetch(`${url}${path}`, { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  return {
    url,
    mint: async (seconds) => (await post<{ token: string }>("/api/viewer-tokens", { workspace: "shop", env: "local", viewer: "you", role: "follow", seconds })).token,
    send: async (graph, node) => (await post<{ name: string }>("/api/test-event", { workspace: "shop", env: "local", graph, node })).name,
    stop: () => {
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
