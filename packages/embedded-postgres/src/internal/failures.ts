/**
 * Why something failed: errors of the system, and the log of Postgres, as errors of this package.
 */
import { Effect } from "effect"
import {
  DataDirFull,
  DataDirNotWritable,
  EmbeddedPostgresError,
  type EmbeddedPostgresReason,
} from "../EmbeddedPostgresError.ts"

/** A failed effect, for one reason. */
export const failWith = (reason: EmbeddedPostgresReason): Effect.Effect<never, EmbeddedPostgresError> =>
  Effect.fail(new EmbeddedPostgresError({ reason }))

/** The code of a system error: `"ENOENT"`; undefined if it has none. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined

/** The result of a file operation, or `missing` if the file does not exist. */
export const unlessMissing = <A, B>(use: Promise<A>, missing: B): Promise<A | B> =>
  use.catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return missing
    throw error
  })

const isFull = (code: string | undefined) => code === "ENOSPC" || code === "EDQUOT"

/** Runs a file operation in the data folder and maps its errors to reasons. */
export const onDisk = <A>(dataDir: string, use: () => Promise<A>): Effect.Effect<A, EmbeddedPostgresError> =>
  Effect.tryPromise({
    try: use,
    catch: (error) =>
      new EmbeddedPostgresError({
        reason: isFull(errorCode(error))
          ? new DataDirFull({ dataDir })
          : new DataDirNotWritable({ dataDir, detail: oneLine(String(error)) }),
      }),
  })

/** Text on one line, at most 300 characters. */
export const oneLine = (text: string): string =>
  text
    .replace(/^Error: /, "")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 300)

/** The last FATAL, PANIC or error of a log, without time and process id; undefined if there is none. */
export const fatalLine = (text: string): string | undefined => {
  const line = text.split("\n").findLast((text) => /(FATAL|PANIC|ERROR|error):|could not /.test(text))
  return line === undefined ? undefined : oneLine(line.replace(/^.*?(FATAL|PANIC|ERROR|error):\s*/, ""))
}

/** How a process ended, by the exit code of a shell: codes above 128 stand for signals. */
export const endedBy = (code: number | null): string =>
  code !== null && code > 128 ? `it was ended by signal ${code - 128}` : `it ended with code ${code ?? "?"}`

/** Whether the disk is full or the quota is exceeded. */
export const isDiskFull = (text: string): boolean => /No space left on device|Disk quota exceeded/i.test(text)

/** Whether another process listens on the port. */
export const isPortTaken = (text: string): boolean =>
  /Address already in use|could not create any TCP\/IP sockets/i.test(text)

/** Whether another server, or a remaining process of one, still uses the files. */
export const isStillServed = (text: string): boolean =>
  /pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(text)
