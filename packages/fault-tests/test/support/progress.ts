import { Effect } from "effect"
import { until } from "./until.ts"
import type { World } from "./World.ts"

/** What is waited for comes, or the fault happens anyway: its books must balance either way. */
const patienceMs = 30_000

/** Waits until a share of all leads has been answered 200. */
const whenAccepted = (world: World, share: number): Effect.Effect<void> =>
  Effect.asVoid(until(() => world.senders.accepted() >= share * world.size, patienceMs, 2))

/** Waits until the customer was asked so often, as a share of all leads. */
export const whenAsked = (world: World, share: number): Effect.Effect<void> =>
  Effect.asVoid(
    until(() => world.book.exchanges.length - world.askedBefore >= share * world.size, patienceMs),
  )

/** A moment in the run that the seed chooses: a share of the leads, and then a little more. */
export const someTime = (
  world: World,
  what: string,
  [from, to]: readonly [number, number],
  offsetMs = 200,
): Effect.Effect<void> =>
  Effect.andThen(
    whenAccepted(world, from + (to - from) * world.draw.fraction(what, "share")),
    Effect.sleep(world.draw.between(0, offsetMs, what, "offset")),
  )
