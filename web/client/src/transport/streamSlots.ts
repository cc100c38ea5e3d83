/** Limits open streams to four an origin, over all tabs: browsers hold six HTTP/1.1 connections. */

export const OPEN_STREAMS = 4;

/** A held place; `release` may be called twice. */
export interface StreamSlot {
  release(): void;
}

/** The streams that the tabs of a browser may hold at once: browsers allow six connections to a
 * host.
 */
export interface StreamSlots {
  /** A place, or null when all are taken. */
  acquire(): Promise<StreamSlot | null>;
}

/** Places as Web Locks: the browser itself gives a closed or crashed tab's place back. Without
 * locks every tab may stream.
 */
export function lockSlots(locks: Pick<LockManager, "request"> | undefined, count = OPEN_STREAMS): StreamSlots {
  if (!locks) return { acquire: () => Promise.resolve({ release: () => undefined }) };
  return {
    async acquire() {
      for (let index = 0; index < count; index += 1) {
        const slot = await holdLock(locks, `dagnet-realtime-stream-${index}`);
        if (slot) return slot;
      }
      return null;
    },
  };
}

function holdLock(locks: Pick<LockManager, "request">, name: string): Promise<StreamSlot | null> {
  return new Promise((resolve) => {
    const request = locks.request(name, { ifAvailable: true }, (lock) => {
      if (!lock) {
        resolve(null);
        return undefined;
      }
      return new Promise<void>((free) => {
        resolve({ release: free });
      });
    });
    // Where the browser refuses locks (an opaque origin), streaming is still better than nothing.
    request.catch(() => {
      resolve({ release: () => undefined });
    });
  });
}
