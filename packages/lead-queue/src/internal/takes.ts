/**
 * Takes that wait, and one loop that pops for all of them over a connection of its own.
 *
 * A blocking pop occupies its connection and cannot be undone. So the pop of an interrupted take continues for the next
 * take, and ids that arrive when no take waits are pushed back to the front of the list.
 */
import { LeadId } from "@lead-gateway/lead"
import { Clock, Deferred, Duration, Effect, Fiber, Latch, Option, Schema, type Scope } from "effect"
import type { Hint } from "../LeadQueue.ts"
import type { Connection } from "./connection.ts"
import { surviving } from "./keepRunning.ts"
import { patience } from "./session.ts"

/** The takes of a queue. */
export interface Takes {
  /** As `take` of `LeadQueue`. */
  readonly take: (options: {
    readonly max: number
    readonly within: Duration.Duration
  }) => Effect.Effect<Hint>
  /** Ends all waiting takes with `AnyDue`. */
  readonly wakeAll: () => void
  /** Continues to pop: the connection can be used again. */
  readonly resume: () => void
  /** Pops until the scope closes, and then pushes back ids that no take got. The connections must outlive it. */
  readonly begin: Effect.Effect<void, never, Scope.Scope>
}

interface Waiting {
  readonly max: number
  /** In milliseconds of the clock. */
  readonly until: number
  readonly hint: Deferred.Deferred<Hint>
  /** Whether the list was seen empty while this take waited. */
  looked: boolean
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
  const waiting = new Set<Waiting>()
  let isBlocked = false
  let closing = false
  const isClosing = () => closing
  let warned = false

  const settle = (one: Waiting, hint: Hint) => {
    waiting.delete(one)
    return Deferred.doneUnsafe(one.hint, Effect.succeed(hint))
  }
  /** A copy, since a take that is woken may wait again before the next one is woken. */
  const present = () => Array.from(waiting)
  const wakeAll = () => present().forEach((one) => settle(one, anyDue))

  const giveBack = (ids: ReadonlyArray<string | number>) =>
    ids.length === 0
      ? Effect.void
      : Effect.ignore(commands.run((client) => client.lpush(key, ...ids.toReversed())))

  /** Passes popped ids to the take that has waited longest. */
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

  /** Blocks at the server until an id comes, or until the first deadline of a take. */
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
    // The popped id must not be lost if the pop of more fails.
    const more = max > 1 && !isClosing() ? yield* Effect.option(popMany(max - 1)) : Option.none()
    yield* hand([id, ...Option.getOrElse(more, () => [])])
  }).pipe(Effect.matchEffect({ onSuccess: () => Effect.void, onFailure: () => Effect.sleep(afterFailure) }))

  const loop = Effect.gen(function* () {
    while (!isClosing()) {
      yield* some.await
      some.closeUnsafe()
      while (waiting.size > 0 && blocking.isReady() && !isClosing()) {
        yield* surviving("taking leads from Redis", look)
      }
    }
  })

  /** Unblocks the pop under way, and waits a moment for the loop to push back what it got. */
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
          // The list is empty while a pop is blocked.
          looked: isBlocked,
        }
        waiting.add(one)
        some.openUnsafe()
        const wait = Effect.gen(function* () {
          const inTime = yield* Effect.timeoutOption(Deferred.await(one.hint), within)
          if (inTime._tag === "Some") return inTime.value
          // Even a take that does not wait gets what is in the list: let the loop look once.
          if (one.looked || !blocking.isReady()) return anyDue
          return yield* Effect.timeoutOrElse(Deferred.await(one.hint), {
            duration: patience,
            orElse: () => Effect.succeed(anyDue),
          })
        })
        const result = yield* Effect.exit(restore(wait))
        // Ids may have been handed over just when the take ended: they must not be lost.
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

/** More than 0, which Redis treats as no time-out. */
const shortestMs = 10

/** The pause after a command that Redis refused while it stays connected. */
const afterFailure = Duration.millis(100)

const closingPatience = Duration.millis(500)

const isLeadId = Schema.is(LeadId)
const decodeId = (id: number) => (isLeadId(id) ? id : undefined)
