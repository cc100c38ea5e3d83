/** Files that are dropped on the page, for which the browser would leave it. They are kept until
 * what opens them has been fetched.
 */

/** A dropped file or folder: its handle if the browser has handles, and its entry. */
export interface DroppedThing {
  readonly entry: FileSystemEntry | null;
  readonly handle: Promise<FileSystemHandle | null> | null;
}

export interface Drop {
  readonly files: readonly File[];
  readonly things: readonly DroppedThing[];
}

type Item = Pick<DataTransferItem, "kind" | "webkitGetAsEntry"> & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> };

/** Everything must be asked for before the event ends. */
export function dropOf({ files, items }: { readonly files: Iterable<File>; readonly items: Iterable<Item> }): Drop {
  const things = [...items].filter(({ kind }) => kind === "file");
  return { files: [...files], things: things.map((item) => ({ entry: item.webkitGetAsEntry(), handle: item.getAsFileSystemHandle?.().catch(() => null) ?? null })) };
}

export const holdsFiles = (event: Event): event is DragEvent & { readonly dataTransfer: DataTransfer } => (event as DragEvent).dataTransfer?.types.includes("Files") ?? false;

let taker: ((drop: Drop) => void) | null = null;
let kept: Drop | null = null;

/** Takes drops from now on, and the one that nothing has taken yet. */
export function takeDrops(take: (drop: Drop) => void): () => void {
  taker = take;
  if (kept) take(kept);
  kept = null;
  return () => {
    if (taker === take) taker = null;
  };
}

/** Listens from the first moment. */
export function listenForDrops(page: EventTarget): void {
  page.addEventListener("dragover", (event) => {
    if (holdsFiles(event)) event.preventDefault();
  });
  page.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    const drop = dropOf(event.dataTransfer);
    if (taker) taker(drop);
    else kept = drop;
  });
}
