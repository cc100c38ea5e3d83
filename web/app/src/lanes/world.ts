/** What the remote lane needs of the browser: time, chance, sleep and whether anybody looks. */

export interface World {
  now(): number;
  chance(): number;
  /** Ends after `ms`, or at once when `signal` aborts; never throws. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  hidden(): boolean;
  /** Calls back when the tab is shown or hidden, or the network returns; answers how to stop listening. */
  onStir(listener: () => void): () => void;
}

export const browser: World = {
  now: () => Date.now(),
  chance: () => Math.random(),
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
  onStir: (listener) => {
    document.addEventListener("visibilitychange", listener);
    window.addEventListener("online", listener);
    return () => {
      document.removeEventListener("visibilitychange", listener);
      window.removeEventListener("online", listener);
    };
  },
};
