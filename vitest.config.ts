import { defineConfig } from "vitest/config"

/** One run over everything; each package and app by its own settings. */
export default defineConfig({
  test: { projects: ["packages/*/vitest.config.ts", "packages/system-tests/*/vitest.config.ts", "apps/*/vitest.config.ts"], allowOnly: false },
})
