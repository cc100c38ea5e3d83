/** Reconnecting connection to the worker: Chromium suspends a worker after half a minute of
 * silence.
 */

/** Connects, and returns a function that posts a message; it does nothing after the extension was
 * removed or reloaded.
 */
export function connect(name: string, onMessage: (message: unknown) => void): (message: unknown) => void {
  let port: ChromePort | null = null;
  const open = (): ChromePort | null => {
    if (chrome.runtime.id === undefined) return null;
    const made = chrome.runtime.connect({ name });
    made.onMessage.addListener(onMessage);
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
