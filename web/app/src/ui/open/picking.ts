/** Asks the browser for a folder or for files, in whichever way it can. */
import type { Opening } from "../../opened/opening.ts";
import { granted, picked } from "../../opened/gather.ts";

type Asking = (options: { readonly mode: "read" }) => Promise<FileSystemDirectoryHandle>;

/** A folder: by File System Access where there is such a thing, else by a file input. */
export async function pickFolder(opening: Opening, page: { readonly showDirectoryPicker?: Asking } = window as { readonly showDirectoryPicker?: Asking }): Promise<void> {
  if (page.showDirectoryPicker === undefined) {
    pick(opening, true);
    return;
  }
  try {
    await opening.give(granted(await page.showDirectoryPicker({ mode: "read" })));
  } catch (error) {
    // Somebody who closes the question has answered it.
    if (!(error instanceof DOMException && error.name === "AbortError")) pick(opening, true);
  }
}

export function pickFiles(opening: Opening): void {
  pick(opening, false);
}

function pick(opening: Opening, folder: boolean): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  if (folder) input.webkitdirectory = true;
  else input.accept = ".json,.yaml,.yml";
  input.addEventListener("change", () => {
    if (input.files !== null && input.files.length > 0) void opening.give(picked([...input.files]));
  });
  input.click();
}
