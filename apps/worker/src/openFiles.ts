/** Keeps the concurrency of a worker within the number of files and sockets that its process may have open. */
import { Effect } from "effect"
import { readFile } from "node:fs/promises"

/**
 * The concurrency that this process can have, at most the one that is set. Logs a warning if it is less.
 *
 * Each delivery has a socket. Beyond the limit of open files (`ulimit -n`) no socket can be opened, and every further lead
 * would be claimed only to be put off.
 */
export const concurrencyWithinOpenFiles = Effect.fnUntraced(function* (wanted: number) {
  const text = yield* Effect.promise(() => readFile("/proc/self/limits", "utf8").catch(() => ""))
  const openFiles = openFilesLimit(text)
  const concurrency = fittingConcurrency(wanted, openFiles)
  if (concurrency < wanted) {
    yield* Effect.logWarning(
      `WORKER_CONCURRENCY=${wanted} is more than the open files of this process allow: ` +
        `${concurrency}, half of ${openFiles}; raise ulimit -n`,
    )
  }
  return concurrency
})

/** The soft limit in the text of `/proc/self/limits`; infinity where it has none, as on other systems than Linux. */
export const openFilesLimit = (text: string): number => {
  const soft = /^Max open files\s+(\d+)/m.exec(text)?.[1]
  return soft === undefined ? Infinity : Number(soft)
}

/** Half of the limit at most: Postgres, the queue, and in the gateway senders, need the rest. 300 of 256 are 128. */
export const fittingConcurrency = (wanted: number, openFiles: number): number =>
  Math.min(wanted, Math.max(1, Math.floor(openFiles / 2)))
