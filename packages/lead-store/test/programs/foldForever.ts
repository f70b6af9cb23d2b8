/** A worker that does nothing but add up the timeline, until it is killed. The argument is the database's address. */
import { Effect } from "effect"
import { foldTimeline } from "../../src/index.ts"
import { client } from "../support/world.ts"

const url = process.argv[2] ?? ""
const folding = Effect.sync(() => process.stdout.write("folding\n"))
await Effect.runPromise(
  foldTimeline.pipe(
    Effect.andThen(folding),
    Effect.andThen(Effect.forever(foldTimeline)),
    Effect.provide(client(url)),
  ),
)
