import { shared } from "@lead-gateway/vitest-config"
import { defineConfig } from "vitest/config"

/** One run over everything: each package and app by its own settings, and the repository's own tests. */
export default defineConfig({
  test: {
    projects: [
      "packages/*/vitest.config.ts",
      "apps/*/vitest.config.ts",
      { ...shared, test: { ...shared.test, name: "repository" } },
    ],
    allowOnly: false,
  },
})
