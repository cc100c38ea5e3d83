/** Work in turns: what would hold the page up at once is done in several tasks. */

/** A page that is not seen draws no frame: then its work goes on after this, in milliseconds. */
const NO_FRAME_MS = 1000;

/** Runs something in a task of its own, once what the page has changed is drawn; the function
 * returned gives it up.
 */
export function afterFrame(run: () => void): () => void {
  let timer = setTimeout(end, NO_FRAME_MS);
  const frame = requestAnimationFrame(() => {
    clearTimeout(timer);
    timer = setTimeout(end);
  });
  return () => {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
  };

  function end(): void {
    cancelAnimationFrame(frame);
    run();
  }
}
