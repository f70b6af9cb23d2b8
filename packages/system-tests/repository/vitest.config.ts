import { defineConfig, mergeConfig } from "vitest/config"
import { shared } from "@lead-gateway/vitest-config"

export default defineConfig(mergeConfig(shared, { test: { name: "repository", include: ["**/*.test.ts"] } }))
