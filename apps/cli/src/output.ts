/** Standard output as a command's result: line by line, as fast as its reader takes it, until nobody reads on. */
import { Data, Effect } from "effect"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"

/** Whoever read what is printed does so no more, such as `head`. */
export class OutputClosed extends Data.TaggedError("OutputClosed")<{}> {
  override get message(): string {
    return "nobody reads what is printed"
  }
}

/** Prints lines once the reader has taken what came before; fails with {@link OutputClosed} when nobody reads on. */
export const print = (lines: ReadonlyArray<string>): Effect.Effect<void, OutputClosed> =>
  Effect.callback((resume) => {
    // Told to whoever writes, below; without a listener it would end the process.
    if (process.stdout.listenerCount("error") === 0) process.stdout.on("error", () => {})
    process.stdout.write(lines.map((line) => `${line}\n`).join(""), (error) =>
      resume(error ? Effect.fail(new OutputClosed()) : Effect.void),
    )
  })

/** Prints lines that are made while they are printed; ends quietly when nobody reads on. */
export const printAll = (lines: Iterable<string>): Effect.Effect<void> =>
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
