import { Effect, Exit } from "effect"

/**
 * Asks until the answer holds, every 50 ms, and returns it. A question that fails is asked again: servers may be down.
 * Dies after a minute.
 */
export const waitFor = <A, B extends A>(
  what: string,
  question: Effect.Effect<A>,
  holds: ((answer: A) => answer is B) | ((answer: A) => boolean),
): Effect.Effect<B> =>
  Effect.gen(function* () {
    const until = performance.now() + 60_000
    let last = "no answer"
    while (performance.now() < until) {
      const exit = yield* Effect.exit(question)
      if (Exit.isSuccess(exit) && holds(exit.value)) return exit.value as B
      last = Exit.isSuccess(exit) ? JSON.stringify(exit.value) : String(exit.cause)
      yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 50)))
    }
    return yield* Effect.die(new Error(`not so within a minute: ${what} (${last})`))
  })

/** Whether the answer holds within some time. */
export const holdsSoon = <A>(
  question: Effect.Effect<A>,
  holds: (answer: A) => boolean,
  withinMs: number,
): Effect.Effect<boolean> =>
  Effect.map(
    Effect.timeoutOption(waitFor("it holds", question, holds), withinMs),
    (answer) => answer._tag === "Some",
  )
