/** `lead-gateway healthcheck`. */
import { oneLine } from "@lead-gateway/document-check"
import { Console, Data, Duration, Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { json } from "../Output.ts"
import { addressOf, askUntil, within } from "./within.ts"

/** A process is not ready. */
class NotReady extends Data.TaggedError("NotReady")<{ readonly message: string }> {}

interface Health {
  readonly url: string
  readonly ready: boolean
  /** `ready`, the error that the process gives, or why it gives none. */
  readonly answer: string
}

/** What a process says at `/readyz`. */
const healthOf = (url: string): Effect.Effect<Health> =>
  Effect.promise(async (signal) => {
    try {
      const response = await fetch(`${url}/readyz`, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]),
        redirect: "manual",
      })
      const text = await response.text()
      if (response.status === 200) return { url, ready: true, answer: "ready" }
      return { url, ready: false, answer: oneLine(`${response.status} ${text}`.slice(0, 300)) }
    } catch (error) {
      return { url, ready: false, answer: failureOf(error) }
    }
  })

/** Why a request got no answer. */
export const failureOf = (error: unknown): string => {
  const { cause, code, message }: NodeJS.ErrnoException =
    error instanceof Error ? error : new Error(String(error))
  // Where a name has several addresses, Node's error has no message.
  return oneLine(cause instanceof Error ? cause.message || cause.name : message || String(code))
}

/** Asks processes whether they are ready. */
export const healthcheck = Command.make(
  "healthcheck",
  {
    urls: Argument.String("url").pipe(
      Argument.withDescription(
        "The address of an api or a worker, such as http://127.0.0.1:8080; several, if you like",
      ),
      Argument.filter(
        (url) => addressOf(url) !== undefined,
        () => "expected an address such as http://127.0.0.1:8080",
      ),
      Argument.atLeast(1),
    ),
    within: within("0s", "How long to wait for all of them"),
    json: json("Print the answers as JSON"),
  },
  Effect.fnUntraced(function* ({ json, urls, within }) {
    const until = Date.now() + Duration.toMillis(within)
    const answers = yield* Effect.forEach(
      urls,
      (url) => askUntil(healthOf(addressOf(url) ?? url), ({ ready }) => ready, until),
      { concurrency: 10 },
    )
    yield* Console.log(
      json
        ? JSON.stringify({ ready: answers.every(({ ready }) => ready), processes: answers })
        : answers.map(({ answer, url }) => `${oneLine(url)}: ${answer}`).join("\n"),
    )
    const down = answers.filter(({ ready }) => !ready).length
    if (down > 0) return yield* new NotReady({ message: `not ready: ${down} of ${answers.length}` })
  }),
).pipe(
  Command.withDescription(
    "Ask processes whether they are ready; code 1 when one is not. It needs no settings",
  ),
  Command.withShortDescription("Ask whether processes are ready"),
  Command.withExamples([
    { command: "lead-gateway healthcheck http://127.0.0.1:8080", description: "Ask an api" },
    {
      command: "lead-gateway healthcheck http://10.0.0.1:8080 http://10.0.0.2:8100 --within 60s",
      description: "Wait for an api and a worker",
    },
  ]),
)
