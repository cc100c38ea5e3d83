/** Opens DagNet's static share links: a graph inside the address, packed in one of three ways. */
import { asMapping, isFields } from "@dagnet-realtime/client/graph/fields";
import { type Problem, problem } from "@dagnet-realtime/engine/problem";
import { type Catalogue, loadWorkspace } from "./workspace.ts";

/** Characters of a link; browsers carry no more than this. */
const LINK_LIMIT = 2 * 1024 * 1024;
/** Characters of the graph inside; as much as a graph file may hold. */
const GRAPH_LIMIT = 5 * 1024 * 1024;

/** The payload of `?data=` or `#data=` of a link, or the pasted text itself if it is no link. */
export function payload(link: string): string {
  const found = /[?&#]data=([^&#]*)/.exec(link);
  return (found?.[1] ?? link).trim();
}

/** The JSON that `data` packs: lz-string, else base64 of gzip, else URL-encoded; null if it is none
 * of them.
 */
export async function unpack(data: string): Promise<unknown> {
  const plain = plainly(data).replaceAll(" ", "+");
  const ways = [() => decompress(plain, GRAPH_LIMIT), () => gunzip(plain, GRAPH_LIMIT), () => plainly(data), () => data];
  for (const way of ways) {
    const text = await way();
    if (text === null || text.length > GRAPH_LIMIT) continue;
    try {
      const tree = JSON.parse(text) as unknown;
      if (isFields(tree)) return tree;
    } catch {
      continue;
    }
  }
  return null;
}

/** The catalogue of the one graph that a static share link, its payload, or a pasted graph carries;
 * its name is the link's `graph`, else "shared".
 */
export async function openShared(link: string): Promise<Catalogue | Problem> {
  if (link.length > LINK_LIMIT) return problem("too_large", "This link is too long", `It has ${link.length} characters`);
  const named = /[?&#]data=/.test(link) ? undefined : /^[^{]*[?&#](mode=live|share=)/.exec(link)?.[1];
  if (named !== undefined) return carriesNone(named);
  const tree = await unpack(payload(link));
  if (tree === null) return problem("invalid", "This is no DagNet share link", "Copy the whole link that DagNet's “Share static” gives, or paste a graph's JSON");
  const graph = [tree, asMapping(tree)["graph"], asMapping(tree)["data"], asMapping(asMapping(tree)["graph"])["data"]].find((one) => Array.isArray(asMapping(one)["nodes"]));
  if (graph === undefined) return problem("invalid", "This link carries no graph", "It has no list of nodes");
  const name = plainly(/[?&#]graph=([^&#]*)/.exec(link)?.[1] ?? "").replaceAll(/[^\p{L}\p{N}_-]+/gu, "-") || "shared";
  const found = loadWorkspace([{ path: `graphs/${name}.json`, text: JSON.stringify(graph) }]);
  const wrong = found.errors[0];
  return wrong === undefined ? found : problem("invalid", "The graph in this link cannot be read", wrong.text);
}

/** DagNet's links that name what they show instead of carrying it. */
function carriesNone(kind: string): Problem {
  if (kind === "share=") return problem("invalid", "The link of a bundle carries no graph", "It names what DagNet itself fetches and arranges. Open one of its graphs in DagNet and use “Share static”, or drop the repository's folder");
  return problem("invalid", "A live share link carries no graph", "It names a graph that DagNet itself fetches from its repository. Use “Share static”, drop the repository's folder, or give a server the deployment as `graphs_url` and the graph's name in `graphs`");
}

function plainly(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-$";
/** Bits of one letter of the alphabet, and codes that are no dictionary entries. */
const BITS = 6;
const BYTE = 0, UNIT = 1, END = 2;

/** The text that `packed` stands for; null if it is not in this format, or longer than `limit`
 * UTF-16 units.
 */
export function decompress(packed: string, limit: number): string | null {
  const take = bits(packed);
  const character = (code: number): string => String.fromCharCode(take(code === BYTE ? 8 : 16));
  const dictionary: string[] = ["", "", ""];
  let code = take(2);
  if (code === END) return "";
  if (code !== BYTE && code !== UNIT) return null;
  let previous = character(code), result = previous, width = 3, room = 4;
  dictionary.push(previous);
  const used = (): void => {
    if (--room === 0) room = 2 ** width++;
  };
  for (;;) {
    code = take(width);
    if (code === END) return result;
    if (code < 0) return null;
    if (code === BYTE || code === UNIT) {
      dictionary.push(character(code));
      code = dictionary.length - 1;
      used();
    }
    const entry = dictionary[code] ?? (code === dictionary.length ? previous + previous.charAt(0) : null);
    if (entry === null) return null;
    result += entry;
    if (result.length > limit) return null;
    dictionary.push(previous + entry.charAt(0));
    previous = entry;
    used();
  }
}

/** Takes so many bits, the lowest first; -1 if the text has ended or holds another letter. */
function bits(packed: string): (count: number) => number {
  let place = 0;
  return (count) => {
    let value = 0;
    for (let i = 0; i < count; i++, place++) {
      const letter = ALPHABET.indexOf(packed.charAt(Math.floor(place / BITS)) || " ");
      if (letter < 0) return -1;
      if ((letter >> (BITS - 1 - (place % BITS))) & 1) value += 2 ** i;
    }
    return value;
  };
}

/** The text that `packed` stands for; null if it is not in this format, not UTF-8, or more than
 * `limit` bytes.
 */
export async function gunzip(packed: string, limit: number): Promise<string | null> {
  try {
    const bytes = Uint8Array.from(atob(packed.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
    const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
    const decoder = new TextDecoder("utf-8", { fatal: true });
    let text = "", size = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      size += value.byteLength;
      if (size > limit) {
        await reader.cancel();
        return null;
      }
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    return null;
  }
}
