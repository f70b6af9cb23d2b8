import { Effect } from "effect"
import { Settings } from "@lead-gateway/config"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A working directory of its own, with the given files, gone when the scope closes. */
export const directory = (files: Readonly<Record<string, string>> = {}) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const path = mkdtempSync(join(tmpdir(), "settings-"))
      for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content)
      return path
    }),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true })),
  )

/** What settings give in an environment, with files in the working directory. */
export const load = <A>(
  settings: Settings.Settings<A>,
  env: Readonly<Record<string, string>>,
  files?: Readonly<Record<string, string>>,
) => Effect.flatMap(directory(files), (directory) => Settings.load(settings, { env, directory }))

/** The diagnostics of settings in an environment; none is a failure of the test. */
export const diagnostics = (
  settings: Settings.Settings<unknown>,
  env: Readonly<Record<string, string>>,
  files?: Readonly<Record<string, string>>,
) => Effect.map(Effect.flip(load(settings, env, files)), (error) => error.diagnostics)
