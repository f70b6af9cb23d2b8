import { globSync } from "node:fs"
import { dirname, join } from "node:path"
import { defineConfig } from "vitest/config"
import { packageProject, run } from "./vitest.package.ts"

/** Every package and app that has tests, and each folder of the system tests. */
const folders = [
  ...globSync("{apps,packages}/*/test", { cwd: import.meta.dirname }).map(dirname),
  ...["attacks", "console", "deploy", "faults", "fuzz", "operate", "packages", "repository"].map(
    (name) => `packages/system-tests/${name}`,
  ),
]

/** One run over everything. */
export default defineConfig(({ mode }) => ({
  test: {
    projects: folders.toSorted().map((folder) => packageProject(join(import.meta.dirname, folder), mode)),
    ...run(mode),
  },
}))
