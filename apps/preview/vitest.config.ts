import { defineConfig } from "vitest/config"
import { shared } from "@lead-gateway/vitest-config"

export default defineConfig(shared)
