/**
 * Waiting takes, and one loop that pops for all of them over a connection of its own.
 *
 * Redis blocks a whole connection for a pop, and a pop cannot be undone. So an interrupted take leaves the pop under way
 * for the next one; ids that arrive when no take waits go back to the front of the list.
 */
import { LeadId } from "@lead-gateway/lead"
import { Clock, Deferred, Duration, Effect, Fiber, Latch, Option, Schema, type Scope } from "effect"
import type { Hint } from "../LeadQueue.ts"
import type { Connection } from "./connection.ts"
import { patience } from "./session.ts"

/** Takes as in `LeadQueue`. */
export interface Takes {
  readonly take: (options: {
    readonly max: number
    readonly within: Duration.Duration
  }) => Effect.Effect<Hint>
  /** Ends all waiting takes with `AnyDue`. */
  readonly wakeAll: () => void
  /** The connection can be used again. */
  readonly resume: () => void
  /** Pops until the scope closes, and then gives back what it still got. The connections must outlive it. */
  readonly begin: Effect.Effect<void, never, Scope.Scope>
}

interface Waiting {
  readonly max: number
  /** In milliseconds of the clock. */
  readonly until: number
  readonly hint: Deferred.Deferred<Hint>
  /** Whether the list was found empty since it waits. */
  looked: boolean
}

export interface TakesOptions {
  /** The connection that pops. */
  readonly blocking: Connection
  /** The connection for everything else. */
  readonly commands: Connection
  readonly key: string
  /** The blocking connection's id at the server, once it has been open. */
  readonly blockedId: () => number | undefined
}

/** Takes that have not begun. */
export const makeTakes = (options: TakesOptions): Takes => {
  const { blocking, commands, key, blockedId } = options
  const some = Latch.makeUnsafe(false)
  const waiting = new Set<Waiting>()
  let isBlocked = false
  let closing = false
  const isClosing = () => closing
  let warned = false

  const settle = (one: Waiting, hint: Hint) => {
    waiting.delete(one)
    return Deferred.doneUnsafe(one.hint, Effect.succeed(hint))
  }
  /** A copy: a take that is woken may wait again before the next one is woken. */
  const present = () => Array.from(waiting)
  const wakeAll = () => present().forEach((one) => settle(one, anyDue))

  const giveBack = (ids: ReadonlyArray<string | number>) =>
    ids.length === 0
      ? Effect.void
      : Effect.ignore(commands.run((client) => client.lpush(key, ...ids.toReversed())))

  /** The take that has waited longest gets them. */
  const hand = Effect.fnUntraced(function* (popped: ReadonlyArray<string>) {
    const ids = popped.flatMap((text) => {
      const id = /^[1-9]\d{0,15}$/.test(text) ? decodeId(Number(text)) : undefined
      return id === undefined ? [] : [id]
    })
    if (ids.length < popped.length && !warned) {
      warned = true
      yield* Effect.logWarning(`what is no lead's id was dropped from ${key}`)
    }
    if (ids.length === 0) return
    for (const one of waiting) if (settle(one, { _tag: "Leads", ids })) return
    yield* giveBack(ids)
  })

  const first = () => waiting.values().next().value
  const popMany = (max: number) =>
    Effect.map(
      blocking.run((client) => client.lpop(key, max)),
      (ids) => ids ?? [],
    )

  /** Blocks at the server until the deadline of the first take. */
  const popOne = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const until = Math.min(...present().map((one) => one.until))
    const ms = Math.max(until - now, shortestMs)
    for (const one of waiting) one.looked = true
    isBlocked = true
    const answer = yield* blocking
      .run((client) => client.blpop(key, ms / 1000), Duration.sum(Duration.millis(ms), patience))
      .pipe(Effect.ensuring(Effect.sync(() => (isBlocked = false))))
    return answer?.[1]
  })

  const expire = Effect.map(Clock.currentTimeMillis, (now) => {
    for (const one of present()) if (one.until <= now) settle(one, anyDue)
  })

  const look = Effect.gen(function* () {
    const there = yield* popMany(first()?.max ?? 1)
    if (there.length > 0) return yield* hand(there)
    yield* expire
    if (waiting.size === 0 || isClosing()) return
    const id = yield* popOne
    if (id === undefined) return yield* expire
    const max = first()?.max ?? 1
    // What was popped must not be forgotten when the pop of more fails.
    const more = max > 1 && !isClosing() ? yield* Effect.option(popMany(max - 1)) : Option.none()
    yield* hand([id, ...Option.getOrElse(more, () => [])])
  }).pipe(Effect.matchEffect({ onSuccess: () => Effect.void, onFailure: () => Effect.sleep(afterFailure) }))

  const loop = Effect.gen(function* () {
    while (!isClosing()) {
      yield* some.await
      some.closeUnsafe()
      while (waiting.size > 0 && blocking.isReady() && !isClosing()) yield* look
    }
  })

  /** Ends the pop under way, and gives the loop a moment to give back what it got. */
  const end = Effect.fnUntraced(function* (fiber: Fiber.Fiber<void>) {
    closing = true
    wakeAll()
    some.openUnsafe()
    const id = blockedId()
    if (isBlocked && id !== undefined)
      yield* Effect.ignore(commands.run((client) => client.client("UNBLOCK", id), closingPatience))
    yield* Effect.timeoutOption(Fiber.await(fiber), closingPatience)
    yield* Fiber.interrupt(fiber)
  })

  const take: Takes["take"] = ({ max, within }) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const one: Waiting = {
          max,
          until: now + Duration.toMillis(within),
          hint: Deferred.makeUnsafe(),
          // A blocked pop is as good as a look.
          looked: isBlocked,
        }
        waiting.add(one)
        some.openUnsafe()
        const wait = Effect.gen(function* () {
          const inTime = yield* Effect.timeoutOption(Deferred.await(one.hint), within)
          if (inTime._tag === "Some") return inTime.value
          // Whatever is there now is given also to one who does not wait.
          if (one.looked || !blocking.isReady()) return anyDue
          return yield* Effect.timeoutOrElse(Deferred.await(one.hint), {
            duration: patience,
            orElse: () => Effect.succeed(anyDue),
          })
        })
        const result = yield* Effect.exit(restore(wait))
        // What was handed over in the moment of giving up is not lost.
        const late = settle(one, anyDue) ? anyDue : yield* Deferred.await(one.hint)
        if (result._tag === "Success") return late._tag === "Leads" ? late : result.value
        if (late._tag === "Leads") yield* giveBack(late.ids)
        return yield* Effect.failCause(result.cause)
      }),
    )

  return {
    take,
    wakeAll,
    resume: () => some.openUnsafe(),
    begin: Effect.asVoid(Effect.acquireRelease(Effect.forkDetach(loop), end)),
  }
}

const anyDue: Hint = { _tag: "AnyDue" }

/** Redis takes 0 for ever. */
const shortestMs = 10

/** Redis may refuse what it is asked, and stay connected. */
const afterFailure = Duration.millis(100)

const closingPatience = Duration.millis(500)

const isLeadId = Schema.is(LeadId)
const decodeId = (id: number) => (isLeadId(id) ? id : undefined)
