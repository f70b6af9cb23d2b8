/** Programs of others that a backup is piped through: pg_dump, pg_restore, age. */
import { oneLine } from "@lead-gateway/document-check"
import { type ChildProcess, spawn } from "node:child_process"
import type { Readable, Writable } from "node:stream"
import { BackupFailed } from "./BackupError.ts"

/** How to run a program. Its environment may hold secrets, its arguments must not: every user sees those. */
export interface ProgramOptions {
  readonly program: string
  readonly args: ReadonlyArray<string>
  readonly env: NodeJS.ProcessEnv
  /** What must be installed if there is no such program. */
  readonly from: string
  /** Kills the program. */
  readonly signal: AbortSignal
}

/** A program that runs. */
export interface Running {
  readonly stdin: Writable
  readonly stdout: Readable
  /** Resolves when it has ended with 0; rejects with {@link BackupFailed}, which quotes its last lines. */
  readonly ended: Promise<void>
}

/** Starts a program. */
export const start = ({ args, env, from, program, signal }: ProgramOptions): Running => {
  const child = spawn(program, args, { env, signal, killSignal: "SIGKILL", stdio: ["pipe", "pipe", "pipe"] })
  // A program that ends before it has read everything says why by its exit code.
  child.stdin.on("error", () => {})
  const ended = ending(child, program, from)
  // It is awaited later, perhaps after it has failed.
  ended.catch(() => {})
  return { stdin: child.stdin, stdout: child.stdout, ended }
}

/** Runs a program without input to its end and returns what it prints. */
export const outputOf = async (options: ProgramOptions): Promise<string> => {
  const running = start(options)
  running.stdin.end()
  const chunks: Array<Buffer> = []
  for await (const chunk of running.stdout) chunks.push(chunk as Buffer)
  await running.ended
  return Buffer.concat(chunks).toString()
}

const ending = (child: ChildProcess, program: string, from: string): Promise<void> =>
  new Promise((resolve, reject) => {
    let errors = ""
    child.stderr?.on("data", (chunk: Buffer) => {
      errors = `${errors}${chunk.toString()}`.slice(-4000)
    })
    child.on("error", (error) => {
      const isMissing = "code" in error && error.code === "ENOENT"
      reject(isMissing ? new BackupFailed({ message: `there is no ${program}: install ${from}` }) : error)
    })
    child.on("close", (code, signal) => {
      if (code === 0) return resolve()
      const lines = withoutData(errors).slice(-5).map(oneLine)
      reject(
        new BackupFailed({
          message: [`${program} ended with ${signal ?? code}`, ...lines].join("\n  "),
        }),
      )
    })
  })

/**
 * What a program says of itself. Postgres' details and contexts, statements and the rows of a failed COPY quote leads, and are
 * left out.
 */
export const withoutData = (errors: string): ReadonlyArray<string> =>
  errors
    .split("\n")
    .filter((line) => /^(pg_dump|pg_restore|age): /.test(line))
    .map((line) => line.replace(/(COPY failed for table "[^"]*"):.*/, "$1"))

/** Writes everything, as fast as the reader permits; a reader that has gone is not an error here. */
export const write = (stream: Writable, chunk: Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    if (stream.destroyed || stream.write(chunk)) return resolve()
    const done = () => {
      stream.off("drain", done).off("close", done).off("error", done)
      resolve()
    }
    stream.on("drain", done).on("close", done).on("error", done)
  })

/**
 * Waits for all parts of a pipeline. The first that fails stops the others, and its error is the one that is reported, not those
 * that follow from it.
 */
export const allOf = async (stop: AbortController, parts: ReadonlyArray<Promise<void>>): Promise<void> => {
  const failures: Array<unknown> = []
  await Promise.all(
    parts.map((part) =>
      part.catch((error: unknown) => {
        failures.push(error)
        stop.abort()
      }),
    ),
  )
  if (failures.length > 0) throw failures[0]
}
