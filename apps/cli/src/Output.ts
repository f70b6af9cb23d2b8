/**
 * Standard output as a command's result: line by line, no faster than its reader, until the reader closes it. With
 * `--json` the lines are JSON. Whoever reads it, characters that are not seen are shown by their code.
 */
import * as Terminal from "@lead-gateway/runtime/terminal"
import { Data, Effect } from "effect"
import { Flag } from "effect/cli"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"

/** The flag `--json`, off by default. */
export const json = (description: string): Flag.Flag<boolean> =>
  Flag.Boolean("json").pipe(Flag.withDescription(description), Flag.withDefault(false))

/** The reader of standard output has closed it, as `head` does. */
export class OutputClosed extends Data.TaggedError("OutputClosed")<{}> {
  override get message(): string {
    return "standard output is closed"
  }
}

/** Prints lines once the reader has taken the previous ones; fails with {@link OutputClosed} when it has closed. */
export const print = (lines: ReadonlyArray<string>): Effect.Effect<void, OutputClosed> =>
  Effect.callback((resume) => {
    // The callback of `write` reports the error; without a listener the event would end the process.
    if (process.stdout.listenerCount("error") === 0) process.stdout.on("error", () => {})
    Terminal.write(process.stdout, lines.map((line) => `${line}\n`).join(""), (error) =>
      resume(error ? Effect.fail(new OutputClosed()) : Effect.void),
    )
  })

/** Prints lines as they are generated; stops without an error when the reader has closed the output. */
export const printAll = (lines: Iterable<string>): Effect.Effect<void> =>
  Effect.promise(async () => {
    try {
      await pipeline(Readable.from(terminated(lines)), process.stdout, { end: false })
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EPIPE")) throw error
    }
  })

function* terminated(lines: Iterable<string>): Generator<string> {
  const styled = Terminal.isStyled(process.stdout)
  for (const line of lines) yield Terminal.printable(`${line}\n`, { styled })
}
