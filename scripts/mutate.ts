/**
 * `npm run mutation -- retry-policy`: changes the package's sources in a thousand small ways, one at a time, and tells
 * which changes no test of it notices.
 *
 * `--mutate "src/HttpDate.ts"` keeps to some files, `--concurrency 2` takes both cores, `--ignore-static` leaves out
 * (and does not count) what is decided when a module loads, such as tables and schemas: each such change needs every
 * test. Minutes for a small package, an hour and more for a large one: not part of `npm test`. The sources stay as they
 * are; what is changed is a copy below `.mutation`, where the report is afterwards, too.
 */
import { Stryker } from "@stryker-mutator/core"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    mutate: { type: "string", multiple: true, default: ["src/**/*.ts", "!src/index.ts"] },
    concurrency: { type: "string", default: "1" },
    "ignore-static": { type: "boolean", default: false },
  },
})
const [name = ""] = positionals
const folder = join(import.meta.dirname, "../packages", name)

if (positionals.length === 1 && existsSync(join(folder, "test"))) {
  process.chdir(folder)
  const stryker = new Stryker({
    testRunner: "vitest",
    vitest: { configFile: "../../vitest.package.ts" },
    plugins: [import.meta.resolve("@stryker-mutator/vitest-runner")],
    mutate: values.mutate,
    concurrency: Number(values.concurrency),
    coverageAnalysis: "perTest",
    ignoreStatic: values["ignore-static"],
    ignorePatterns: ["dist", ".turbo"],
    // As far below the root as a package, so that relative paths lead to the same places from the copy.
    tempDirName: "../../.mutation",
    cleanTempDir: "always",
    // TypeScript 7 has no API by which relative paths in a tsconfig.json could be rewritten; they need not be.
    tsconfigFile: "none",
    reporters: ["clear-text", "progress-append-only", "html", "json"],
    clearTextReporter: { allowColor: process.stdout.isTTY, logTests: false, reportTests: false },
    htmlReporter: { fileName: `../../.mutation/${name}.html` },
    jsonReporter: { fileName: `../../.mutation/${name}.json` },
  })
  // It has said what went wrong, such as a test that fails before anything is changed.
  await stryker.runMutationTest().catch(() => (process.exitCode = 1))
} else {
  console.error("of which package? for example: npm run mutation -- retry-policy")
  process.exitCode = 1
}
