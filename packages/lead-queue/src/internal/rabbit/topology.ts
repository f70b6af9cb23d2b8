/**
 * What the queue needs in RabbitMQ: the queue, a dead-letter exchange with a queue for what is no id, and a marker that is
 * there unless RabbitMQ has lost its data.
 *
 * Everything is looked for first and declared only if it is missing. So an operator may declare it with other arguments,
 * and the user needs the permission `configure` only where something is missing.
 */
import { randomInt } from "node:crypto"
import type { Channel } from "amqplib"
import { Effect } from "effect"
import { type RabbitFailure, type Session, withChannel } from "./session.ts"

/** The main queue, of which the other names are made. */
export interface Topology {
  readonly queue: string
  readonly queueType: "quorum" | "classic"
}

/** The exchange and the queue of dead letters. */
export const deadLetters = (queue: string) => `${queue}.dead`

/** The queue that marks that the data are there. */
export const marker = (queue: string) => `${queue}.epoch`

/** Declares what is missing. */
export const declare = Effect.fnUntraced(function* (session: Session, { queue, queueType }: Topology) {
  const dead = deadLetters(queue)
  yield* unless(
    exists(session, (channel) => Promise.all([channel.checkExchange(dead), channel.checkQueue(dead)])),
    withChannel(session, async (channel) => {
      await channel.assertExchange(dead, "fanout", { durable: true })
      await channel.assertQueue(dead, { durable: true, arguments: { "x-max-length": mostDead } })
      await channel.bindQueue(dead, dead, "")
    }),
  )
  yield* unless(
    exists(session, (channel) => channel.checkQueue(queue)),
    withChannel(session, async (channel) => {
      // Its ids are lost, if it was there before: so the marker goes too.
      await channel.deleteQueue(marker(queue))
      const limit = queueType === "quorum" ? { "x-delivery-limit": mostDeliveries } : {}
      await channel.assertQueue(queue, {
        durable: true,
        arguments: { "x-queue-type": queueType, "x-dead-letter-exchange": dead, ...limit },
      })
    }),
  )
})

/**
 * Declares the marker. `made`: this process was the first to miss it. `refused`: the user may not declare it, so that a
 * loss of all ids will not be noticed.
 *
 * Two declarations with different arguments are in conflict, so only one of several processes can make it.
 */
export const declareMarker = Effect.fnUntraced(function* (
  session: Session,
  { queue }: Topology,
): Effect.fn.Return<"made" | "there" | "refused", RabbitFailure> {
  const name = marker(queue)
  if (yield* exists(session, (channel) => channel.checkQueue(name))) return "there"
  const made = yield* Effect.result(
    withChannel(session, (channel) =>
      channel.assertQueue(name, { durable: true, arguments: { "x-max-length": randomInt(1, 2 ** 31) } }),
    ),
  )
  if (made._tag === "Success") return "made"
  if (made.failure.reason === "PRECONDITION_FAILED") return "there"
  if (made.failure.reason === "ACCESS_REFUSED") return "refused"
  return yield* made.failure
})

const exists = (session: Session, check: (channel: Channel) => Promise<unknown>) =>
  Effect.as(withChannel(session, check), true).pipe(
    Effect.catchIf(
      ({ reason }) => reason === "NOT_FOUND",
      () => Effect.succeed(false),
    ),
  )

const unless = (condition: Effect.Effect<boolean, RabbitFailure>, run: Effect.Effect<void, RabbitFailure>) =>
  Effect.flatMap(condition, (holds) => (holds ? Effect.void : run))

/** Dead letters that are kept; older ones are dropped. */
const mostDead = 10_000

/**
 * How often a quorum queue delivers an id. A worker without a free slot gives ids back, so they may be delivered often.
 * Without this argument RabbitMQ 4 delivers 20 times.
 */
const mostDeliveries = 1_000_000
