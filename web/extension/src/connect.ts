/** A connection to the worker that comes back by itself: Chromium puts a worker to sleep when nothing is said for half a minute. */

/** Connects, and answers how to say something. After the extension was removed or reloaded nothing is said any more. */
export function connect(name: string, hear: (message: unknown) => void): (message: unknown) => void {
  let port: ChromePort | null = null;
  const open = (): ChromePort | null => {
    if (chrome.runtime.id === undefined) return null;
    const made = chrome.runtime.connect({ name });
    made.onMessage.addListener(hear);
    made.onDisconnect.addListener(() => {
      if (port === made) port = null;
      // A picture must be found by pages that speak first.
      setTimeout(() => { port ??= open(); }, 200);
    });
    return made;
  };
  port = open();
  return (message) => {
    port ??= open();
    port?.postMessage(message);
  };
}
