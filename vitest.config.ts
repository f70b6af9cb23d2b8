import { defineConfig } from "vitest/config"

/** One run over everything; each package and app by its own settings. Much of it waits for Postgres: use all cores. */
export default defineConfig({
  test: {
    projects: ["packages/*/vitest.config.ts", "apps/*/vitest.config.ts"],
    maxWorkers: "100%",
    allowOnly: false,
  },
})
