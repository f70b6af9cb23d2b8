/**
 * Finds in the log of Postgres why it failed.
 */
import { oneLine } from "./fault.ts"

/** The line that says why: the last FATAL, PANIC or error. Without time and process id; undefined: there is none. */
export const fatalLine = (text: string): string | undefined => {
  const telling = text.split("\n").findLast((line) => /(FATAL|PANIC|ERROR|error):|could not /.test(line))
  return telling === undefined ? undefined : oneLine(telling.replace(/^.*?(FATAL|PANIC|ERROR|error):\s*/, ""))
}

/** How a process ended, as a shell tells it: codes above 128 stand for signals. */
export const endedBy = (code: number | null): string =>
  code !== null && code > 128 ? `it was ended by signal ${code - 128}` : `it ended with code ${code ?? "?"}`

/** The disk or the quota is used up. */
export const isDiskFull = (text: string): boolean => /No space left on device|Disk quota exceeded/i.test(text)

/** Somebody else listens on the port. */
export const isPortTaken = (text: string): boolean =>
  /Address already in use|could not create any TCP\/IP sockets/i.test(text)

/** Another server, or what is left of one, still works on the files. */
export const isStillServed = (text: string): boolean =>
  /pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(text)
