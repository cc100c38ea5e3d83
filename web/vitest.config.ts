import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const common = { environment: "node", setupFiles: ["./vitest.setup.ts"], testTimeout: 60_000 } as const;
const files = (packages: string) => [`{${packages}}/test/**/*.test.{ts,tsx}`];

/** Pure packages share one context for all files of a worker; those that touch a page have one each. */
export default defineConfig({
  test: {
    maxWorkers: availableParallelism(),
    projects: [
      { test: { ...common, name: "pure", include: files("engine,layer,expect"), isolate: false } },
      { test: { ...common, name: "page", include: files("tap,client,react,app,shop,function,package") } },
    ],
  },
});
