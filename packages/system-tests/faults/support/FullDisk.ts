import { debianPackages } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { execFile } from "node:child_process"
import { chmodSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { inRepository, makeEmptyFolder } from "./places.ts"

/** A disk that can be full: for a Postgres server with this environment. */
export interface FullDisk {
  /** From now on no file becomes larger; what a file has already can be overwritten. */
  readonly fill: () => void
  readonly clear: () => void
  readonly env: Readonly<Record<string, string>>
}

const run = promisify(execFile)

/** Compiles by the machine's compiler, else by Debian's `tcc`, unpacked and not installed. */
const compile = async (source: string, library: string) => {
  const args = ["-shared", "-fPIC", "-nostdlib", "-o", library, source]
  await run("cc", args).catch(async () => {
    const { root } = await debianPackages("tcc")
    await run(join(root, "usr/bin/tcc"), args)
  })
}

/**
 * A disk for the current scope, by a library that Postgres loads: a real small file system needs rights that a container and
 * a developer's machine mostly lack.
 */
export const makeFullDisk = Effect.gen(function* () {
  const folder = yield* makeEmptyFolder
  const [library, flag] = [join(folder, "fullDisk.so"), join(folder, "full")]
  yield* Effect.promise(() =>
    compile(inRepository("packages/system-tests/faults/support/fullDisk.c"), library),
  )
  chmodSync(library, 0o755)
  const disk: FullDisk = {
    fill: () => writeFileSync(flag, ""),
    clear: () => rmSync(flag, { force: true }),
    env: { LD_PRELOAD: library, FULL_DISK: flag },
  }
  return disk
})
