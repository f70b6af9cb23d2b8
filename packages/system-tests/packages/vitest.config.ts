import { defineConfig, mergeConfig } from "vitest/config"
import { shared } from "@lead-gateway/vitest-config"

export default defineConfig(
  mergeConfig(shared, {
    test: {
      name: "packages",
      include: ["**/*.test.ts"],
      // Two packages at once: npm, tsc and node mostly wait for a disk, and then for a core each.
      sequence: { concurrent: true },
      maxConcurrency: 2,
      // Seconds each; a busy machine and a cold cache take a multiple of that.
      testTimeout: 300_000,
      hookTimeout: 300_000,
    },
  }),
)
