/** Builds and packs the npm package: `node pack.js FOLDER` leaves `FOLDER/*.tgz` and prints its path. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import { build } from "vite";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write("pack.js needs a folder for the tarball: node pack.js FOLDER\n");
  process.exit(2);
}
const here = import.meta.dirname;
const out = resolve(folder);
const staged = join(out, "package");
rmSync(staged, { recursive: true, force: true });
mkdirSync(staged, { recursive: true });
process.env["PACKAGE_OUT"] = join(staged, "dist");
for (const entry of ["index", "panel", "others"]) {
  process.env["PACKAGE_ENTRY"] = entry;
  await build({ configFile: join(here, "vite.config.ts"), logLevel: "warn" });
}
for (const name of ["package.json", "README.md"]) cpSync(join(here, name), join(staged, name));
cpSync(join(here, "../../LICENSE"), join(staged, "LICENSE"));
const npm = process.platform === "win32" ? "npm.cmd" : "npm";
const [{ filename }] = JSON.parse(execFileSync(npm, ["pack", "--json", "--silent", "--pack-destination", out], { cwd: staged, encoding: "utf8" }));
process.stdout.write(`${join(out, filename)}\n`);
