/** What transports need of the browser: time, chance, sleep, and whether the tab is visible. */
import { SteadyClock } from "./steadyClock.ts";

export interface Environment {
  /** Milliseconds since 1970, on a clock that does not jump when the machine's is set. */
  now(): number;
  /** A heartbeat brought the server's own time. */
  told?(server: number): void;
  /** Whether the machine's clock has jumped, and it is not known yet whether it slept. */
  unsettled?(): boolean;
  random(): number;
  /** Ends after `ms`, or at once when `signal` aborts; never throws. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  hidden(): boolean;
  /** Calls back when the tab is shown or hidden, or the network returns; returns a function that
   * stops this.
   */
  onWake(listener: () => void): () => void;
}

const clock = new SteadyClock(() => Date.now(), () => performance.now());

export const browserEnvironment: Environment = {
  now: () => clock.now(),
  told: (server) => { clock.told(server); },
  unsettled: () => clock.unsettled(),
  random: () => Math.random(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done, { once: true });
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      }
    }),
  hidden: () => document.visibilityState === "hidden",
  onWake: (listener) => {
    document.addEventListener("visibilitychange", listener);
    window.addEventListener("online", listener);
    return () => {
      document.removeEventListener("visibilitychange", listener);
      window.removeEventListener("online", listener);
    };
  },
};

/** Random bytes, two hexadecimal digits each. */
export function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
