/**
 * Reads what Postgres says about why it does not work.
 */
import { oneLine } from "./fault.ts"

/** The line that says why: the last FATAL, PANIC or error, else the last line. Without time and process id. */
export const fatalLine = (text: string): string => {
  const lines = text.split("\n").filter((line) => line.trim() !== "")
  const telling = lines.findLast((line) => /(FATAL|PANIC|ERROR|error):/.test(line)) ?? lines.at(-1) ?? ""
  return oneLine(telling.replace(/^.*?(FATAL|PANIC|ERROR|error):\s*/, "")) || "it said nothing"
}

/** The disk or the quota is used up. */
export const isDiskFull = (text: string): boolean => /No space left on device|Disk quota exceeded/i.test(text)

/** Somebody else listens on the port. */
export const isPortTaken = (text: string): boolean =>
  /Address already in use|could not create any TCP\/IP sockets/i.test(text)

/** Another server, or what is left of one, still works on the files. */
export const isStillServed = (text: string): boolean =>
  /pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(text)
