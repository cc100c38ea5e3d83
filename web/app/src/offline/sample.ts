/** The sample workspace, for a page that has no server to ask for it. */
import type { WorkspaceFiles } from "./files.ts";

const FILES = import.meta.glob<string>(
  "../../../../src/dagnet_realtime/samples/shop/**/*.{json,yaml}",
  { query: "?raw", import: "default", eager: true }
);

export function sample(): WorkspaceFiles {
  const files = Object.entries(FILES).map(([path, text]) => ({ path: path.split("/samples/shop/")[1] ?? path, text }));
  return { title: "shop", files };
}
