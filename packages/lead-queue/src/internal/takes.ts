/**
 * Takes from a list in Redis: one loop pops for all that wait, over a connection of its own.
 *
 * A blocking pop occupies its connection and cannot be undone. So the pop of an interrupted take continues for the next
 * take, and ids that arrive when no take waits are pushed back to the front of the list.
 */
import { Clock, Duration, Effect, Fiber, Latch, Option, type Scope } from "effect"
import type { LeadQueue } from "../LeadQueue.ts"
import type { Connection } from "./connection.ts"
import { surviving } from "./keepRunning.ts"
import { leadIdOf } from "./leadIds.ts"
import { patience } from "./session.ts"
import { makeWaitingTakes } from "./waiting.ts"

/** The takes of a queue. */
export interface Takes {
  readonly take: LeadQueue["Service"]["take"]
  /** Ends all waiting takes with `AnyDue`. */
  readonly wakeAll: () => void
  /** Continues to pop: the connection can be used again. */
  readonly resume: () => void
  /** Pops until the scope closes, and then pushes back ids that no take got. The connections must outlive it. */
  readonly begin: Effect.Effect<void, never, Scope.Scope>
}

/** Options of the takes. */
export interface TakesOptions {
  /** The connection that pops. */
  readonly blocking: Connection
  /** The connection for everything else. */
  readonly commands: Connection
  readonly key: string
  /** The blocking connection's id at the server, once it has been open. */
  readonly blockedId: () => number | undefined
}

/** Makes takes that have not begun. */
export const makeTakes = (options: TakesOptions): Takes => {
  const { blocking, commands, key, blockedId } = options
  const some = Latch.makeUnsafe(false)
  let isBlocked = false
  let closing = false
  const isClosing = () => closing
  let warned = false

  const waiting = makeWaitingTakes({
    // The list is empty while a pop is blocked.
    isEmpty: () => isBlocked,
    onTake: () => some.openUnsafe(),
    lookWithin: () => (blocking.isReady() ? patience : Duration.zero),
  })

  const giveBack = (ids: ReadonlyArray<string | number>) =>
    ids.length === 0
      ? Effect.void
      : Effect.ignore(commands.run((client) => client.lpush(key, ...ids.toReversed())))

  /** Passes popped ids to the take that has waited longest. */
  const hand = Effect.fnUntraced(function* (popped: ReadonlyArray<string>) {
    const ids = popped.map(leadIdOf).filter((id) => id !== undefined)
    if (ids.length < popped.length && !warned) {
      warned = true
      yield* Effect.logWarning(`what is no lead's id was dropped from ${key}`)
    }
    if (ids.length === 0) return
    if (!waiting.hand({ ids, giveBack: giveBack(ids) })) yield* giveBack(ids)
  })

  const popMany = (max: number) =>
    Effect.map(
      blocking.run((client) => client.lpop(key, max)),
      (ids) => ids ?? [],
    )

  /** Blocks at the server until an id comes, or until the first deadline of a take. */
  const popOne = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const all = waiting.present()
    const until = Math.min(...all.map((one) => one.until))
    const ms = Math.max(until - now, shortestMs)
    for (const one of all) one.looked = true
    isBlocked = true
    const answer = yield* blocking
      .run((client) => client.blpop(key, ms / 1000), Duration.sum(Duration.millis(ms), patience))
      .pipe(Effect.ensuring(Effect.sync(() => (isBlocked = false))))
    return answer?.[1]
  })

  const expire = Effect.map(Clock.currentTimeMillis, (now) => {
    for (const one of waiting.present()) if (one.until <= now) waiting.settle(one, undefined)
  })

  const look = Effect.gen(function* () {
    const there = yield* popMany(waiting.first()?.max ?? 1)
    if (there.length > 0) return yield* hand(there)
    yield* expire
    if (waiting.size() === 0 || isClosing()) return
    const id = yield* popOne
    if (id === undefined) return yield* expire
    const max = waiting.first()?.max ?? 1
    // The popped id must not be lost if the pop of more fails.
    const more = max > 1 && !isClosing() ? yield* Effect.option(popMany(max - 1)) : Option.none()
    yield* hand([id, ...Option.getOrElse(more, () => [])])
  }).pipe(Effect.matchEffect({ onSuccess: () => Effect.void, onFailure: () => Effect.sleep(afterFailure) }))

  const loop = Effect.gen(function* () {
    while (!isClosing()) {
      yield* some.await
      some.closeUnsafe()
      while (waiting.size() > 0 && blocking.isReady() && !isClosing()) {
        yield* surviving("taking leads from Redis", look)
      }
    }
  })

  /** Unblocks the pop under way, and waits a moment for the loop to push back what it got. */
  const end = Effect.fnUntraced(function* (fiber: Fiber.Fiber<void>) {
    closing = true
    waiting.wakeAll()
    some.openUnsafe()
    const id = blockedId()
    if (isBlocked && id !== undefined)
      yield* Effect.ignore(commands.run((client) => client.client("UNBLOCK", id), closingPatience))
    yield* Effect.timeoutOption(Fiber.await(fiber), closingPatience)
    yield* Fiber.interrupt(fiber)
  })

  return {
    take: waiting.take,
    wakeAll: waiting.wakeAll,
    resume: () => some.openUnsafe(),
    begin: Effect.asVoid(Effect.acquireRelease(Effect.forkDetach(loop), end)),
  }
}

/** More than 0, which Redis treats as no time-out. */
const shortestMs = 10

/** The pause after a command that Redis refused while it stays connected. */
const afterFailure = Duration.millis(100)

const closingPatience = Duration.millis(500)
