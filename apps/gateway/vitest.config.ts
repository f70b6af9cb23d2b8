import { defineConfig, mergeConfig } from "vitest/config"
import { shared } from "@lead-gateway/vitest-config"

export default defineConfig(
  mergeConfig(shared, {
    // Whole processes that mostly wait: a few at a time, where a file says that its tests may run together.
    test: { globalSetup: "@lead-gateway/testkit/vitest-postgres", maxConcurrency: 3 },
  }),
)
