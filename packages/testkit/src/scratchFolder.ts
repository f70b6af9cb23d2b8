import { chmodSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, type Scope } from "effect"

/**
 * A working folder for whole programs, for the current scope: empty but for links, by name, to what they need.
 *
 * A program that runs here reads no developer's `.env`, and so reaches nothing real:
 * `scratchFolder({ config: "/repository/config" })`.
 */
export const scratchFolder = (
  links: Readonly<Record<string, string>> = {},
): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const folder = mkdtempSync(join(realpathSync(tmpdir()), "lead-gateway-"))
      // When root runs the tests, the user that Postgres runs as passes through.
      chmodSync(folder, 0o711)
      for (const [name, target] of Object.entries(links)) symlinkSync(target, join(folder, name))
      return folder
    }),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })),
  )
