/**
 * What the tests of every package share. A package's own `vitest.config.ts` starts from it and adds what
 * only that package needs, such as a `globalSetup` that starts Postgres.
 */
import { defaultServerConditions } from "vite"
import type { ViteUserConfig } from "vitest/config"

const conditions = ["@lead-gateway/source", ...defaultServerConditions]

/**
 * Workspace packages are read from their TypeScript sources, so tests need no build. A test may take 20 s and
 * a hook 60 s: real databases and processes start in them, on machines that are busy. They wait more than they
 * compute, so every core gets a worker; vitest alone would leave one idle.
 */
export const shared: ViteUserConfig = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    maxWorkers: "100%",
    allowOnly: false,
  },
}
