import { chmodSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, type Scope } from "effect"

/**
 * A temporary working directory for whole programs, for the current scope, which contains only symbolic links by name.
 *
 * A program in it reads no developer's `.env`, and so connects to no real service:
 * `scratchFolder({ config: "/repository/config" })`.
 */
export const scratchFolder = (
  links: Readonly<Record<string, string>> = {},
): Effect.Effect<string, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const folder = mkdtempSync(join(realpathSync(tmpdir()), "lead-gateway-"))
      // When root runs the tests, the user that Postgres runs as must traverse the folder.
      chmodSync(folder, 0o711)
      for (const [name, target] of Object.entries(links)) symlinkSync(target, join(folder, name))
      return folder
    }),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })),
  )
