/**
 * How the tests of a package run: `vitest run --config ../../vitest.package.ts` in its folder, or all of them by
 * `vitest run` in the root, whose `vitest.config.ts` makes a project of each.
 *
 * A test's name says what it needs: `*.test.ts` nothing but this process, `*.integration.test.ts` real services,
 * `*.e2e.test.ts` whole processes. `--mode unit` leaves the latter two out. `*.chaos.test.ts` take minutes, and run with
 * `--mode chaos` alone.
 */
import { globSync, readFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join, relative } from "node:path"
import { defaultServerConditions } from "vite"
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config"
import Order from "./vitest.order.ts"

const root = import.meta.dirname

const conditions = ["@lead-gateway/source", ...defaultServerConditions]

/** What only some folders need. */
const particular: Readonly<Record<string, TestProjectInlineConfiguration["test"]>> = {
  // Bounds of time: one file after the other, when everything else is done. A shared machine may stall for longer than a bound
  // allows, once; what costs too much does so each time.
  "packages/system-tests/attacks": {
    maxWorkers: 1,
    sequence: { groupOrder: 1 },
    retry: 2,
  },
  // Some tests replace modules of Node.
  "packages/customer-client": { isolate: true },
  // A browser beside whole processes.
  "packages/system-tests/console": { testTimeout: 180_000, hookTimeout: 180_000 },
  // Whole processes behind nginx, and Prometheus beside them. The folders of the images are made once for their file: 10 s,
  // and a minute where turbo has nothing in its cache.
  "packages/system-tests/deploy": { testTimeout: 180_000, hookTimeout: 300_000 },
  // Seconds each; a busy machine takes a multiple of that. Each test has a world of its own and mostly waits, for leases to end, say.
  "packages/system-tests/faults": {
    sequence: { concurrent: true },
    maxConcurrency: 4,
    testTimeout: 300_000,
  },
  // Whole processes, and Prometheus beside them.
  "packages/system-tests/operate": { testTimeout: 180_000 },
  // Two packages at once: npm, tsc and node mostly wait for a disk, and then for a core each.
  "packages/system-tests/packages": {
    sequence: { concurrent: true },
    maxConcurrency: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
}

/** What does not run in a mode; in any other one, what takes minutes. */
const excluded: Readonly<Record<string, Array<string> | undefined>> = {
  unit: ["**/*.{integration,e2e,chaos}.test.ts"],
  chaos: [],
}

interface Manifest {
  readonly name: string
  readonly devDependencies?: Readonly<Record<string, string>>
}

/**
 * The settings of one package, or of one folder of the system tests.
 *
 * Workspace packages are read from their TypeScript sources, so tests need no build. A test or a hook may take two minutes:
 * the slowest take ten seconds, and a busy machine takes ten times that. Where there are integration tests, they share a
 * Postgres server; where processes of the apps are started, these are compiled once before. A file of end-to-end tests may run
 * a few of them together.
 */
export const packageProject = (folder: string, mode: string): TestProjectInlineConfiguration => {
  const path = relative(root, folder)
  const isSystemTest = path.startsWith("packages/system-tests/")
  const manifest = readFileSync(join(folder, isSystemTest ? ".." : "", "package.json"), "utf8")
  const { name, devDependencies = {} } = JSON.parse(manifest) as Manifest
  const tests = globSync("**/*.{integration,e2e,chaos}.test.ts", { cwd: folder, exclude: ["node_modules"] })
  const usesTestkit = name === "@lead-gateway/testkit" || "@lead-gateway/testkit" in devDependencies
  const needsPostgres = mode !== "unit" && tests.length > 0 && usesTestkit
  const startsApps = needsPostgres && (isSystemTest || path.startsWith("apps/"))
  return {
    root: folder,
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      name: isSystemTest ? `${name}/${relative("packages/system-tests", path)}` : name,
      include:
        mode === "chaos" ? ["**/*.chaos.test.ts"] : [isSystemTest ? "**/*.test.ts" : "test/**/*.test.ts"],
      exclude: excluded[mode] ?? ["**/*.chaos.test.ts"],
      testTimeout: 120_000,
      hookTimeout: 120_000,
      maxConcurrency: 3,
      globalSetup: [
        ...(needsPostgres ? [join(root, "packages/embedded-postgres/src/vitest/postgres.ts")] : []),
        ...(startsApps ? [join(root, "packages/system-tests/support/compileApps.ts")] : []),
      ],
      // Programs that tests start by themselves, with the environment that they have, start in half the time.
      env: { NODE_COMPILE_CACHE: join(root, "node_modules/.cache/tested-apps/others") },
      // Files of a worker share its modules: what they import is a third of the work otherwise.
      isolate: false,
      ...particular[path],
    },
  }
}

/**
 * What holds of a whole run. Unit tests compute: a worker for every core. Others wait for a third of their time: half as many
 * workers again.
 */
export const run = (mode: string) => ({
  maxWorkers: Math.ceil(availableParallelism() * (mode === "unit" ? 1 : 1.5)),
  sequence: { sequencer: Order },
  allowOnly: false,
})

export default defineConfig(({ mode }) => {
  const project = packageProject(process.cwd(), mode)
  return {
    ...project,
    test: { ...project.test, ...run(mode), sequence: { ...project.test?.sequence, sequencer: Order } },
  }
})
