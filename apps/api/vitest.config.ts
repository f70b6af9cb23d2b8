import { defineConfig, mergeConfig } from "vitest/config"
import { shared } from "@lead-gateway/vitest-config"

export default defineConfig(
  mergeConfig(shared, { test: { globalSetup: "@lead-gateway/testkit/vitest-postgres" } }),
)
