import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** The entries of the npm package, as the examples import them. */
const entries = (name: string) => new URL(`package/src/${name}.ts`, import.meta.url).pathname;
const alias = { "@dagnet-realtime/client/pusher-auth": entries("pusher-auth"), "@dagnet-realtime/client/token": entries("token") };
const common = { environment: "node", setupFiles: ["./vitest.setup.ts"], testTimeout: 60_000 } as const;
const files = (packages: string) => [`{${packages}}/test/**/*.test.{ts,tsx}`];

/** Pure packages share one context for all files of a worker; those that touch a page have one each. */
export default defineConfig({
  test: {
    maxWorkers: availableParallelism(),
    projects: [
      { test: { ...common, name: "pure", include: files("engine,layer,expect"), isolate: false } },
      { resolve: { alias }, test: { ...common, name: "page", include: files("tap,client,react,app,shop,function,package") } },
    ],
  },
});
