import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["{engine,tap,client,layer,react,app,shop,function,expect,package}/test/**/*.test.{ts,tsx}"], environment: "node", setupFiles: ["./vitest.setup.ts"], testTimeout: 20_000, maxWorkers: availableParallelism() },
});
