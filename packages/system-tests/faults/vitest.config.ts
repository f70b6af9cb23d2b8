import { defineConfig, mergeConfig } from "vitest/config"
import { shared } from "@lead-gateway/vitest-config"

export default defineConfig(
  mergeConfig(shared, {
    test: {
      name: "faults",
      include: ["**/*.test.ts"],
      globalSetup: "@lead-gateway/testkit/vitest-postgres",
      // Each test has a world of its own and mostly waits, for leases to end, say.
      sequence: { concurrent: true },
      maxConcurrency: 4,
      // Half a minute each; a busy machine takes a multiple of that to start the processes.
      testTimeout: 300_000,
    },
  }),
)
