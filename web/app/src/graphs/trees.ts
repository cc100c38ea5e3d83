/** From the text of a file to a tree of plain values, or to one clause that says why not. */
import { Unreadable } from "./unreadable.ts";
import { loadYaml } from "./yaml12.ts";

/** Characters; the largest real graphs are below 1 MB, the largest indexes far below. */
const JSON_LIMIT = 5 * 1024 * 1024;
const YAML_LIMIT = 1024 * 1024;
/** Signs of a number at most; its greatest value has 309 digits. */
const LONG_NUMBER = /[-+.\deE]{401}/;

/** The file as records, lists and scalars: JSON where `path` ends in `.json`, else YAML 1.2. Throws `Unreadable`. */
export function readTree(path: string, source: string): unknown {
  const limit = path.endsWith(".json") ? JSON_LIMIT : YAML_LIMIT;
  if (source.length > limit) throw new Unreadable(`is larger than ${limit / 1024} KB, the most that is read`);
  if (source.includes("\0")) throw new Unreadable("holds a NUL byte, so it is not a text file");
  const text = source.startsWith("\ufeff") ? source.slice(1) : source;
  return path.endsWith(".json") ? json(text) : loadYaml(text);
}

function json(text: string): unknown {
  try {
    const tree = JSON.parse(text) as unknown;
    if (LONG_NUMBER.test(text) && LONG_NUMBER.test(text.replace(/"(?:[^"\\]|\\.)*"/g, ""))) throw new Unreadable("holds a number that cannot be read");
    return tree;
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable(error instanceof SyntaxError ? `is not JSON: ${error.message}` : "is nested too deeply");
  }
}
