import { Effect } from "effect"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"

/** Prints lines to standard output, as fast as it takes them, until nobody reads on: as behind `| head`. */
export const printLines = (lines: Iterable<string>): Effect.Effect<void> =>
  Effect.promise(async () => {
    try {
      await pipeline(Readable.from(ended(lines)), process.stdout, { end: false })
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EPIPE")) throw error
    }
  })

function* ended(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`
}
