/** Asks the browser for a folder or for files, by the file system picker or by an input. */
import type { OfflineController } from "../../offline/controller.ts";
import { granted, pickedFiles } from "../../offline/files.ts";

type Asking = (options: { readonly mode: "read" }) => Promise<FileSystemDirectoryHandle>;

/** A folder: by File System Access if the browser has it, else by a file input. */
export async function pickFolder(offline: OfflineController, page: { readonly showDirectoryPicker?: Asking } = window as { readonly showDirectoryPicker?: Asking }): Promise<void> {
  if (page.showDirectoryPicker === undefined) {
    pick(offline, true);
    return;
  }
  try {
    await offline.openFiles(granted(await page.showDirectoryPicker({ mode: "read" })));
  } catch (error) {
    // A user who closes the picker has answered it.
    if (!(error instanceof DOMException && error.name === "AbortError")) pick(offline, true);
  }
}

export function pickFiles(offline: OfflineController): void {
  pick(offline, false);
}

function pick(offline: OfflineController, folder: boolean): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  if (folder) input.webkitdirectory = true;
  else input.accept = ".json,.yaml,.yml";
  input.addEventListener("change", () => {
    if (input.files !== null && input.files.length > 0) void offline.openFiles(pickedFiles([...input.files]));
  });
  input.click();
}
