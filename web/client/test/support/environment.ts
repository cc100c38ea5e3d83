/** A browser whose time only tests move, and a server that answers as they say. */
import type { Frame } from "@dagnet-realtime/engine/wire.gen";
import type { Environment } from "../../src/environment.ts";

export class FakeEnvironment implements Environment {
  time = 1_000_000;
  isHidden = false;
  readonly slept: number[] = [];
  #sleepers: { due: number; wake: () => void }[] = [];
  #listeners = new Set<() => void>();

  now(): number {
    return this.time;
  }

  random(): number {
    return 0.5;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.slept.push(ms);
    if (signal.aborted) return Promise.resolve();
    return new Promise((wake) => {
      const off = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        sleeper.wake();
      };
      const sleeper = {
        due: this.time + ms,
        wake: () => {
          signal.removeEventListener("abort", off);
          wake();
        },
      };
      this.#sleepers.push(sleeper);
      signal.addEventListener("abort", off);
    });
  }

  hidden(): boolean {
    return this.isHidden;
  }

  onWake(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  show(hidden: boolean): Promise<void> {
    this.isHidden = hidden;
    for (const listener of this.#listeners) listener();
    return settle();
  }

  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (;;) {
      const next = this.#sleepers.filter((sleeper) => sleeper.due <= end).sort((a, b) => a.due - b.due)[0];
      if (!next) break;
      this.time = next.due;
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
      next.wake();
      await settle();
    }
    this.time = end;
    await settle();
  }
}

export async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** One open stream that a test writes into. */
export class FakeStream {
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  readonly response: Response;
  closed = false;

  constructor(signal: AbortSignal | null | undefined) {
    const body = new ReadableStream<Uint8Array>({ start: (controller) => (this.#controller = controller) });
    this.response = new Response(body, { headers: { "content-type": "text/event-stream" } });
    signal?.addEventListener("abort", () => {
      if (!this.closed) this.#controller.error(new DOMException("aborted", "AbortError"));
      this.closed = true;
    });
  }

  send(frame: Frame): Promise<void> {
    this.#controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(frame)}\n\n`));
    return settle();
  }

  end(): Promise<void> {
    this.closed = true;
    this.#controller.close();
    return settle();
  }
}

export const beat = (position: string): Frame => ({ op: "beat", now: "2026-01-02T03:04:05.678Z", position, ledger: {} });
