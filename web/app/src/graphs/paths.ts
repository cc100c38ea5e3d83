/** Paths that an index file gives, held inside the workspace. */

/** `path` relative to the workspace's folder, normalised, or null where it leads out of it or to no definition file. */
export function safePath(path: string): string | null {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/^[/~]|[\\:\u0000-\u001f]/.test(path) || path.length > 512 || !/\.ya?ml$/.test(path)) return null;
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return parts.length === 0 || parts.includes("..") ? null : parts.join("/");
}

/** The file's name without folder and ending. */
export function stem(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1), dot = name.lastIndexOf(".");
  return dot < 0 ? name : name.slice(0, dot);
}

/** Whether `path` lies flat in `folder` with one of `endings`, and is nobody's scratch file. */
export function inFolder(path: string, folder: string, ...endings: readonly string[]): boolean {
  const slash = path.lastIndexOf("/"), name = path.slice(slash + 1);
  return slash > 0 && path.slice(0, slash) === folder && endings.some((ending) => name.endsWith(ending)) && !/^[.#~]/.test(name);
}
