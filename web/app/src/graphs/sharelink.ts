/** Opens what a DagNet static share link carries: a graph inside the address, packed in one of three ways. */
import { problem, type Problem } from "@dagnet-realtime/engine/problem";
import { isFields, record } from "./fields.ts";
import { gunzip } from "./gunzip.ts";
import { decompress } from "./lz.ts";
import { type Catalogue, loadWorkspace } from "./workspace.ts";

/** Characters of a link; browsers carry no more than this. */
const LINK_LIMIT = 2 * 1024 * 1024;
/** Characters of the graph inside; as much as a graph file may hold. */
const GRAPH_LIMIT = 5 * 1024 * 1024;

/** The payload of `?data=` or `#data=` of a link, or what was pasted where it is no link. */
export function payload(link: string): string {
  const found = /[?&#]data=([^&#]*)/.exec(link);
  return (found?.[1] ?? link).trim();
}

/** The JSON that `data` packs: lz-string, else base64 of gzip, else URL-encoded; null where it is none of them. */
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

/** The catalogue of the one graph that a static share link, its payload, or a pasted graph carries; its name is the link's `graph`, else "shared". */
export async function openShared(link: string): Promise<Catalogue | Problem> {
  if (link.length > LINK_LIMIT) return problem("too_large", "This link is too long", `It has ${link.length} characters`);
  const named = /[?&#]data=/.test(link) ? undefined : /^[^{]*[?&#](mode=live|share=)/.exec(link)?.[1];
  if (named !== undefined) return carriesNone(named);
  const tree = await unpack(payload(link));
  if (tree === null) return problem("invalid", "This is no DagNet share link", "Copy the whole link that DagNet's “Share static” gives, or paste a graph's JSON");
  const graph = [tree, record(tree)["graph"], record(tree)["data"], record(record(tree)["graph"])["data"]].find((one) => Array.isArray(record(one)["nodes"]));
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
