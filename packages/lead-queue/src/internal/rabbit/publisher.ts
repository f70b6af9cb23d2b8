/** Publishes ids and waits until RabbitMQ has confirmed them. */
import type { LeadId } from "@lead-gateway/lead"
import { Duration, Effect } from "effect"
import type { ConfirmChannel } from "amqplib"
import { failureOf, patience, RabbitFailure, type Session } from "./session.ts"

/** A channel to publish over. */
export interface Publisher {
  /** Returns when all ids are confirmed. They are persistent, and RabbitMQ has them after a restart. */
  readonly publish: (ids: ReadonlyArray<LeadId>) => Effect.Effect<void, RabbitFailure>
  /** Whether RabbitMQ takes no messages now, for lack of memory or disk. */
  readonly isBlocked: () => boolean
}

/**
 * Whether a new connection may help. Not where RabbitMQ refuses, or confirms nothing, which is what a quorum queue without
 * a majority does; if RabbitMQ is gone, the connection will be closed.
 */
export const isLost = ({ reason }: RabbitFailure): boolean => ![blocked, refused, unanswered].includes(reason)

const unanswered = "not confirmed"
const blocked = "blocked: RabbitMQ lacks memory or disk"
const refused = "refused"

/** RabbitMQ refuses a message, or the connection closed before it answered. */
const unconfirmed = (error: unknown) =>
  error instanceof Error && error.message === "message nacked"
    ? new RabbitFailure({ reason: refused })
    : failureOf(error)

/** Makes the publisher of a connection. */
export const makePublisher = (session: Session, channel: ConfirmChannel, queue: string): Publisher => {
  let isBlocked = false
  let isMissing = false
  /** Messages without an answer, also those of batches that have failed. */
  let outstanding = 0
  /** Ends the batch that waits for its confirms. */
  let fail: ((failure: RabbitFailure) => void) | undefined
  session.model.on("blocked", () => {
    isBlocked = true
    fail?.(new RabbitFailure({ reason: blocked }))
  })
  session.model.on("unblocked", () => (isBlocked = false))
  session.model.on("close", () => fail?.(new RabbitFailure({ reason: "the connection closed" })))
  // Precedes the confirm: there is no such queue.
  channel.on("return", () => (isMissing = true))
  const options = { mandatory: true, persistent: true }

  return {
    isBlocked: () => isBlocked,
    publish: (ids) =>
      Effect.callback((resume) => {
        if (isBlocked) return resume(Effect.fail(new RabbitFailure({ reason: blocked })))
        if (outstanding >= mostOutstanding)
          return resume(Effect.fail(new RabbitFailure({ reason: unanswered })))
        let left = ids.length
        const timer = setTimeout(
          () => end(Effect.fail(new RabbitFailure({ reason: unanswered }))),
          Duration.toMillis(patience),
        )
        let isOver = false
        const end = (result: Effect.Effect<void, RabbitFailure>) => {
          // A batch that was blocked may be confirmed when it has failed already.
          if (isOver) return
          isOver = true
          clearTimeout(timer)
          fail = undefined
          resume(result)
        }
        const confirmed = (error: unknown) => {
          outstanding -= 1
          if (error !== null) return end(Effect.fail(unconfirmed(error)))
          if (--left > 0) return
          if (!isMissing) return end(Effect.void)
          session.cut()
          end(Effect.fail(new RabbitFailure({ reason: "NOT_FOUND" })))
        }
        fail = (failure) => end(Effect.fail(failure))
        try {
          for (const id of ids) {
            channel.sendToQueue(queue, Buffer.from(String(id)), options, confirmed)
            outstanding += 1
          }
        } catch (error) {
          // The channel is closed.
          end(Effect.fail(failureOf(error)))
        }
        return Effect.sync(() => clearTimeout(timer))
      }),
  }
}

/** Enough for a batch after one that failed, and few enough to hold in memory for as long as nothing is confirmed. */
const mostOutstanding = 2000
