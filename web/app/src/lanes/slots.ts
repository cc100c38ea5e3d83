/** At most four open streams to one origin, over all its tabs: a browser holds six HTTP/1.1 connections, and two must stay free. */

export const OPEN_STREAMS = 4;

/** A held place; `release` may be called twice. */
export interface Slot {
  release(): void;
}

export interface Slots {
  /** A place, or null when all are taken. */
  take(): Promise<Slot | null>;
}

/** Places as Web Locks: the browser itself gives a closed or crashed tab's place back. Without locks every tab may stream. */
export function lockSlots(locks: Pick<LockManager, "request"> | undefined, count = OPEN_STREAMS): Slots {
  if (!locks) return { take: () => Promise.resolve({ release: () => undefined }) };
  return {
    async take() {
      for (let index = 0; index < count; index += 1) {
        const slot = await hold(locks, `dagnet-realtime-stream-${index}`);
        if (slot) return slot;
      }
      return null;
    },
  };
}

function hold(locks: Pick<LockManager, "request">, name: string): Promise<Slot | null> {
  return new Promise((resolve) => {
    const asked = locks.request(name, { ifAvailable: true }, (lock) => {
      if (!lock) {
        resolve(null);
        return undefined;
      }
      return new Promise<void>((free) => {
        resolve({ release: free });
      });
    });
    // Where the browser refuses locks (an opaque origin), streaming is still better than nothing.
    asked.catch(() => {
      resolve({ release: () => undefined });
    });
  });
}
