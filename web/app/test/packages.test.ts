/** Who may import whom, and what the published entries are free of. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { expect, it } from "vitest";

const WEB = normalize(`${import.meta.dirname}/../..`);
const OURS = "@dagnet-realtime/";
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  engine: [], tap: ["engine"], client: ["engine", "tap"], layer: ["client", "engine"], react: ["client", "engine", "layer"], expect: ["engine"], app: ["client", "engine", "expect", "layer", "react", "tap"],
};
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(\s*|^import\s+)"([^"]+)"/gm;

const modules = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? modules(join(folder, entry.name)) : /\.tsx?$/.test(entry.name) ? [join(folder, entry.name)] : []));

/** The file that an import names, if it is one of ours. */
function resolved(specifier: string, from: string): string | null {
  if (specifier.startsWith(".")) return normalize(join(dirname(from), specifier));
  if (!specifier.startsWith(OURS)) return null;
  const [name = "", ...rest] = specifier.slice(OURS.length).split("/");
  const inside = rest.join("/") || "index";
  return join(WEB, name, "src", /\.(?:tsx|css)$/.test(inside) ? inside : `${inside}.ts`);
}

const imports = new Map<string, readonly string[]>();
for (const name of Object.keys(MAY_IMPORT)) {
  for (const file of modules(join(WEB, name, "src"))) imports.set(file, [...readFileSync(file, "utf8").matchAll(IMPORT)].map(([, specifier = ""]) => specifier));
}
const packageOf = (file: string): string => relative(WEB, file).split("/")[0] ?? "";

it("PIC-71: each package imports those below it alone, and files that are there", () => {
  const wrong: string[] = [];
  for (const [file, specifiers] of imports)
    for (const specifier of specifiers) {
      const target = resolved(specifier, file);
      if (target === null) continue;
      const [here, there] = [packageOf(file), packageOf(target)];
      if (here !== there && (specifier.startsWith(".") || !MAY_IMPORT[here]?.includes(there))) wrong.push(`${relative(WEB, file)} imports ${specifier}`);
      else if (/\.tsx?$/.test(target) && !existsSync(target)) wrong.push(`${relative(WEB, file)} imports ${specifier}, which is not there`);
    }
  expect(wrong).toEqual([]);
});

it("PIC-71: only the picture imports React Flow, and neither the client nor the layer anything of React or styles", () => {
  const wrong = [...imports].flatMap(([file, specifiers]) =>
    specifiers.filter((specifier) => {
      const place = relative(WEB, file);
      if (specifier.startsWith("@xyflow/")) return !place.startsWith("react/src/picture/");
      return /^(?:client|layer)\//.test(place) && /^(?:react|react-dom|radix-ui|lucide-react|zustand|yaml)(?:\/|$)|\.css$/.test(specifier);
    }).map((specifier) => `${relative(WEB, file)} imports ${specifier}`),
  );
  expect(wrong).toEqual([]);
});

it("PIC-71: no module declares an enum, for which a union is enough", () => {
  expect([...imports.keys()].filter((file) => /^(?:export )?(?:declare )?(?:const )?enum\s/m.test(readFileSync(file, "utf8")))).toEqual([]);
});

it("PIC-71: no module imports itself by way of others", () => {
  const circles: string[] = [];
  const state = new Map<string, "open" | "done">();
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === "done") return;
    if (state.get(file) === "open") {
      circles.push([...path.slice(path.indexOf(file)), file].map((one) => relative(WEB, one)).join(" → "));
      return;
    }
    state.set(file, "open");
    for (const specifier of imports.get(file) ?? []) {
      const target = resolved(specifier, file);
      if (target !== null && imports.has(target)) visit(target, [...path, file]);
    }
    state.set(file, "done");
  };
  for (const file of imports.keys()) visit(file, []);
  expect(circles).toEqual([]);
});

it.each(["client", "layer"])("PIC-71: the entry of %s bundles without React, React Flow, styles and YAML", async (name) => {
  const found = new Set<string>();
  await build({
    configFile: false,
    logLevel: "silent",
    root: WEB,
    plugins: [{ name: "names", moduleParsed({ id }) { found.add(id); } }],
    build: { write: false, minify: false, lib: { entry: join(WEB, name, "src/index.ts"), formats: ["es"] } },
  });
  const inside = [...found].map((id) => id.replace(/\?.*$/, "").replace(/^\0/, "")).filter((id) => id.startsWith(WEB)).map((id) => relative(WEB, id));
  expect(inside.length).toBeGreaterThan(10);
  expect(inside.filter((id) => /^(?:react|app)\/|node_modules\/(?:react|react-dom|@xyflow|radix-ui|@radix-ui|zustand|yaml|lucide-react)\/|\.css$/.test(id))).toEqual([]);
});

const STATED = /^\| `(\w+)`[^|]*\| ([\d.]+) kB \| ([\d.]+) kB \|$/gm;
const stated = [...readFileSync(join(WEB, "../docs/reference/performance.md"), "utf8").matchAll(STATED)].map(([, name = "", atOnce, whole]) => ({ name, atOnce: Number(atOnce), whole: Number(whole) }));
const ENTRIES: Readonly<Record<string, string>> = { engine: "reduce.ts", tap: "index.ts", client: "index.ts", layer: "index.ts", react: "index.ts" };

it("PIC-71: the documentation states the size of each package", () => {
  expect(stated.map(({ name }) => name)).toEqual(Object.keys(ENTRIES));
});

it.each(stated)("PIC-71: $name weighs about what the documentation says", async ({ name, atOnce, whole }) => {
  const built = await build({
    configFile: false,
    logLevel: "silent",
    root: WEB,
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      write: false, minify: true, target: "es2022", lib: { entry: join(WEB, name, "src", ENTRIES[name] ?? ""), formats: ["es"], fileName: "entry" },
      rolldownOptions: { external: (id) => !/^[./\0]/.test(id) && !id.startsWith(OURS) },
    },
  });
  const outputs = Array.isArray(built) ? built.flatMap(({ output }) => output) : "output" in built ? built.output : [];
  const kilobytes = (parts: readonly (typeof outputs)[number][]): number => parts.reduce((sum, part) => sum + gzipSync(part.type === "chunk" ? part.code : part.source, { level: 9 }).length, 0) / 1000;
  const first = new Set(outputs.filter((part) => (part.type === "chunk" ? part.isEntry : part.fileName.endsWith(".css"))));
  for (const part of first) for (const other of outputs) if (part.type === "chunk" && part.imports.includes(other.fileName)) first.add(other);
  for (const [found, said] of [[kilobytes([...first]), atOnce], [kilobytes(outputs), whole]] as const) {
    expect(found).toBeGreaterThan(said * 0.8);
    expect(found).toBeLessThan(said * 1.2);
  }
});

it("PIC-46: the picture asks React Flow for no transition, for which the build has no code", () => {
  const moving = [...imports.keys()].filter((file) => relative(WEB, file).startsWith("react/src/picture/")).flatMap((file) => readFileSync(file, "utf8").match(/\bduration\s*:(?!\s*0\b)[^,}]*/g) ?? []);
  expect(moving).toEqual([]);
});
