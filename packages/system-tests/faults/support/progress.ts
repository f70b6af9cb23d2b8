import { Effect } from "effect"
import { until } from "./until.ts"
import type { World } from "./World.ts"

/** The longest wait for a condition. After that the fault happens anyway; the books must balance either way. */
const patienceMs = 30_000

/** Waits until a share of all leads has been answered 200. */
const whenAccepted = (world: World, share: number): Effect.Effect<void> =>
  Effect.asVoid(until(() => world.senders.accepted() >= share * world.size, patienceMs, 2))

/** Waits until the customer was asked so often, as a share of all leads. */
export const whenAsked = (world: World, share: number): Effect.Effect<void> =>
  Effect.asVoid(
    until(() => world.book.exchanges.length - world.askedBefore >= share * world.size, patienceMs),
  )

/** A random moment of the run, from the seed: after a share of the leads and a short delay. */
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

/** Waits until so many further leads have been answered 200, and the customer was asked as often. */
export const goesOn = (world: World, leads: number): Effect.Effect<void> =>
  Effect.suspend(() => {
    const { book, senders } = world
    const [accepted, asked] = [senders.accepted() + leads, book.exchanges.length + leads]
    const hasGone = () => senders.accepted() >= accepted && book.exchanges.length >= asked
    return expect(world, `${leads} further leads come and go`, hasGone)
  })

/** Waits until the condition holds; records a finding if it does not, after a time that is generous even for a busy machine. */
export const expect = <E>(
  world: World,
  what: string,
  condition: (() => boolean) | Effect.Effect<boolean, E>,
): Effect.Effect<void> =>
  until(condition, 90_000, 100).pipe(
    Effect.map((holds) => (holds ? undefined : world.findings.push(`not so within 90 s: ${what}`))),
    Effect.orDie,
  )
