/** Fixtures of the public surface, in `tests/public/recorded`; `RECORD=1` writes them anew. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

const FOLDER = resolve(import.meta.dirname, "../../../../tests/public/recorded");

export const path = (name: string): string => resolve(FOLDER, name);
export const fixture = (name: string): string => readFileSync(path(name), "utf8");

/** The text of a fixture, written by `made` if it is recorded anew. */
export function recorded(name: string, made: () => string): string {
  if (process.env.RECORD === "1" || !existsSync(path(name))) writeFileSync(path(name), made());
  return fixture(name);
}

export const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;
export const parsed = (text: string): unknown => JSON.parse(text);
