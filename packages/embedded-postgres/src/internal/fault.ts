/**
 * Maps errors of the system to the errors of this package.
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

/** The system's name of an error: `"ENOENT"`, or undefined when it has none. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined

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
