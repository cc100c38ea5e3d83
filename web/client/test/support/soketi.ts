/** A real server of the Pusher protocol as a child process: soketi, from `web/relay-server`. */
import { spawn } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { resolve } from "node:path";

const SCRIPT = resolve(import.meta.dirname, "../../../relay-server/node_modules/@soketi/soketi/bin/server.js");
const [ID, KEY, SECRET] = ["4711", "a-key", "a-secret"];

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        done(port);
      });
    });
  });

const signed = (text: string): string => createHmac("sha256", SECRET).update(text).digest("hex");

export async function startSoketi() {
  const [port, metrics] = [await freePort(), await freePort()];
  const environ = { SOKETI_PORT: String(port), SOKETI_HOST: "127.0.0.1", SOKETI_METRICS_SERVER_PORT: String(metrics), SOKETI_DEFAULT_APP_ID: ID, SOKETI_DEFAULT_APP_KEY: KEY, SOKETI_DEFAULT_APP_SECRET: SECRET };
  const child = spawn(process.execPath, [SCRIPT, "start"], { env: { ...process.env, ...environ }, stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 20_000;
  while (!(await fetch(url).then((answer) => answer.ok, () => false))) {
    if (Date.now() > deadline) throw new Error("soketi did not start: run `make setup`");
    await new Promise((done) => setTimeout(done, 50));
  }
  const held = new Set<Socket>();
  return {
    /** Another port that leads to it until `signal` aborts; `cut` breaks the connections that go that way. */
    through: (signal: AbortSignal): Promise<number> =>
      new Promise((done) => {
        const road = createServer((near) => {
          const far = connect(port, "127.0.0.1");
          for (const [one, other] of [[near, far], [far, near]] as const) {
            held.add(one);
            one.on("error", () => undefined).on("close", () => { held.delete(one); other.destroy(); });
            one.pipe(other);
          }
        }).listen(0, "127.0.0.1", () => { done((road.address() as AddressInfo).port); });
        signal.addEventListener("abort", () => { road.close(); });
      }),
    cut: (): void => {
      for (const one of held) one.destroy();
    },
    place: { kind: "pusher", key: KEY, host: "127.0.0.1", port, tls: false, encrypted: false },
    sign: (socket: string, channel: string) => ({ auth: `${KEY}:${signed(`${socket}:${channel}`)}` }),
    async publish(channel: string, name: string, body: string): Promise<void> {
      const text = JSON.stringify({ name, channel, data: body });
      const query = `auth_key=${KEY}&auth_timestamp=${Math.floor(Date.now() / 1000)}&auth_version=1.0&body_md5=${createHash("md5").update(text).digest("hex")}`;
      await fetch(`${url}/apps/${ID}/events?${query}&auth_signature=${signed(`POST\n/apps/${ID}/events\n${query}`)}`, { method: "POST", body: text, headers: { "content-type": "application/json" } });
    },
    stop: (): void => {
      child.kill("SIGKILL");
    },
  };
}
