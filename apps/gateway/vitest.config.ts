import { defineConfig, mergeConfig } from "vitest/config"
import { shared } from "@lead-gateway/vitest-config"

export default defineConfig(
  mergeConfig(shared, {
    test: {
      globalSetup: "@lead-gateway/testkit/vitest-postgres",
      // Whole processes that mostly wait: a few at a time, where a file says that its tests may run together.
      maxConcurrency: 3,
      // A test starts up to four processes; a second each, and ten on a machine that is busy.
      testTimeout: 60_000,
    },
  }),
)
