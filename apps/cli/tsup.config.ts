import { buildConsole } from "@lead-gateway/console"
import { writeConsole } from "@lead-gateway/console/files"
import { cpSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { defineConfig } from "tsup"
// @boundaries-ignore a build script of the repository, which no package has
import { compressReference } from "../../scripts/compressReference.ts"

/**
 * One program that can be installed alone: the workspace's packages are bundled into it, from their sources, and what
 * others publish stays outside. Parts that are loaded when they are needed stay files of their own.
 */
export default defineConfig({
  entry: ["src/main.ts", "src/previewProcess.ts"],
  format: "esm",
  target: "node22",
  platform: "node",
  clean: true,
  splitting: true,
  noExternal: [/^@lead-gateway\/(?!console$)/],
  // What builds the console is asked for in a checkout alone.
  external: [/^@lead-gateway\/console$/],
  esbuildOptions: (options) => {
    options.conditions = ["@lead-gateway/source"]
  },
  onSuccess: async () => {
    for (const name of ["config", "migrations"]) cpSync(`../../${name}`, `dist/${name}`, { recursive: true })
    const program = fileURLToPath(import.meta.resolve("@scalar/api-reference/browser/standalone.js"))
    await compressReference(program, "dist/reference")
    await writeConsole("dist/console", await buildConsole())
  },
})
