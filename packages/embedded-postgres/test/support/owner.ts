/**
 * A program that owns a server, for tests that kill it. Told what to do by one JSON argument; says what happens
 * in lines of JSON. SIGINT makes it ask the server a question; SIGTERM, or the end of the tests, makes it stop.
 */
import { PgClient } from "@effect/sql-pg"
import { Effect, Logger, Redacted } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import { EmbeddedPostgres, type EmbeddedPostgresOptions } from "@lead-gateway/embedded-postgres"

/** The options of the server, and the user to become first (root only). */
export interface OwnerTask extends EmbeddedPostgresOptions {
  readonly becomeUid?: number | undefined
}

/** What the program says. */
export type OwnerWord =
  | { readonly _tag: "Up"; readonly url: string }
  | { readonly _tag: "Answer"; readonly rows: ReadonlyArray<unknown> }
  | { readonly _tag: "Log"; readonly text: string }
  | { readonly _tag: "Down" }
  | { readonly _tag: "Failed"; readonly reason: string; readonly message: string }

const say = (word: OwnerWord) => process.stdout.write(`${JSON.stringify(word)}\n`)

const logger = Logger.make<unknown, void>(({ message }) => say({ _tag: "Log", text: String(message) }))

/** Resolves on SIGTERM, or when the tests are gone. */
const stopRequested = new Promise<void>((resolve) => {
  process.once("SIGTERM", () => resolve())
  process.stdin.once("close", () => resolve()).resume()
})

const main = (task: OwnerTask) =>
  Effect.gen(function* () {
    const { url } = yield* EmbeddedPostgres.make(task)
    const sql = yield* PgClient.make({ url })
    const ask = Effect.map(sql`SELECT 42 AS answer`, (rows) => say({ _tag: "Answer", rows }))
    const runPromise = Effect.runPromiseWith(yield* Effect.context())
    process.on("SIGINT", () => void runPromise(ask))
    say({ _tag: "Up", url: Redacted.value(url) })
    yield* Effect.promise(() => stopRequested)
  }).pipe(
    Effect.scoped,
    Effect.provide([Reactivity.layer, Logger.layer([logger])]),
    Effect.map(() => say({ _tag: "Down" })),
    Effect.catchTag("EmbeddedPostgresError", ({ message, reason }) =>
      Effect.sync(() => say({ _tag: "Failed", reason: reason._tag, message })),
    ),
  )

/** Root becomes an ordinary user for good; all modules are loaded by then, wherever they lie. */
const become = (uid: number) => {
  process.setgroups?.([])
  process.setgid?.(uid)
  process.setuid?.(uid)
}

const task = JSON.parse(process.argv[2] ?? "{}") as OwnerTask
if (task.becomeUid !== undefined) become(task.becomeUid)
await Effect.runPromise(main(task))
process.stdin.destroy()
