/**
 * Takes from RabbitMQ: one consumer for all that wait.
 *
 * RabbitMQ delivers up to `prefetch` ids ahead. An id is acknowledged when a take has returned it. The consumer exists
 * while takes wait; soon after the last one, it is cancelled, and ids that no take got go back to the queue, to the place
 * where they were: another worker may have a free slot.
 */
import type { LeadId } from "@lead-gateway/lead"
import type { Channel, ConsumeMessage } from "amqplib"
import { Duration, Effect } from "effect"
import type { LeadQueue } from "../../LeadQueue.ts"
import { leadIdOf } from "../leadIds.ts"
import { makeWaitingTakes } from "../waiting.ts"

/** The takes of a queue. */
export interface Deliveries {
  readonly take: LeadQueue["Service"]["take"]
  /** Ends all waiting takes with `AnyDue`. */
  readonly wakeAll: () => void
  /** How many ids are here that no take has got. */
  readonly held: () => number
  /** Consumes over this channel from now on, while takes wait. `undefined`: there is no connection. */
  readonly attach: (channel: Channel | undefined) => void
  /** Gives back what no take got; there will be no other take. */
  readonly end: Effect.Effect<void>
}

/** Options of the deliveries. */
export interface DeliveriesOptions {
  readonly queue: string
  /** Runs when the consumer cannot be made, or is cancelled by RabbitMQ. */
  readonly onLost: () => void
  /** Runs when something was delivered that is no id. It has gone to the dead letters. */
  readonly onDeadLetter: () => void
}

interface Delivery {
  readonly id: LeadId
  readonly message: ConsumeMessage
  /** Deliveries of another connection have gone back to the queue with it. */
  readonly channel: Channel
}

/** Makes takes without a connection. */
export const makeDeliveries = ({ onDeadLetter, onLost, queue }: DeliveriesOptions): Deliveries => {
  let channel: Channel | undefined
  let consumer: "none" | "beginning" | "active" | "ending" = "none"
  let held: Array<Delivery> = []
  let isPlanned = false
  let closing = false
  let idle: ReturnType<typeof setTimeout> | undefined
  let takenAt = 0

  const waiting = makeWaitingTakes({
    // A take that does not wait gets what is here, and not what would come.
    isEmpty: () => true,
    onTake: () => {
      takenAt = performance.now()
      if (held.length > 0) handAll()
      else consume()
    },
    lookWithin: () => Duration.zero,
  })

  const handAll = () => {
    isPlanned = false
    for (let one = waiting.first(); one !== undefined && held.length > 0; one = waiting.first()) {
      const handed = held.splice(0, one.max)
      waiting.settle(one, {
        ids: handed.map(({ id }) => id),
        keep: () => {
          for (const { channel: of, message } of handed) if (of === channel) of.ack(message)
        },
        giveBack: Effect.sync(() => {
          held = [...handed.filter((one) => one.channel === channel), ...held]
          handAll()
        }),
      })
    }
    if (waiting.size() > 0) consume()
    else watchIdle()
  }

  const deliver = (of: Channel) => (message: ConsumeMessage | null) => {
    if (of !== channel) return
    // The queue was deleted, or its node went away.
    if (message === null) return onLost()
    const id = leadIdOf(message.content.toString("latin1"))
    if (id === undefined) {
      of.reject(message, false)
      return onDeadLetter()
    }
    held.push({ id, message, channel: of })
    if (isPlanned) return
    isPlanned = true
    // After all deliveries that came together.
    setImmediate(handAll)
  }

  const consume = () => {
    const of = channel
    if (of === undefined || consumer !== "none" || closing) return
    consumer = "beginning"
    of.consume(queue, deliver(of), { consumerTag }).then(
      () => {
        if (of !== channel) return undefined
        consumer = "active"
        return watchIdle()
      },
      () => (of === channel ? onLost() : undefined),
    )
  }

  /** Cancels the consumer when nobody has waited for {@link idleMs}. */
  const watchIdle = () => {
    idle ??= setTimeout(() => {
      idle = undefined
      if (waiting.size() > 0) return
      if (performance.now() - takenAt < idleMs) watchIdle()
      else void cancel()
    }, idleMs)
  }

  const cancel = async () => {
    const of = channel
    if (of === undefined || consumer !== "active") return
    consumer = "ending"
    await of.cancel(consumerTag).catch(() => undefined)
    if (of !== channel) return
    for (const { message } of held) of.nack(message, false, true)
    held = []
    consumer = "none"
    if (waiting.size() > 0) consume()
  }

  return {
    take: waiting.take,
    wakeAll: waiting.wakeAll,
    held: () => held.length,
    attach: (next) => {
      channel = next
      consumer = "none"
      held = []
      if (waiting.size() > 0) consume()
    },
    end: Effect.suspend(() => {
      closing = true
      clearTimeout(idle)
      waiting.wakeAll()
      // Closing the channel gives back what is here, after all acknowledgements before.
      const close = Effect.promise(async () => channel?.close().catch(() => undefined))
      return Effect.timeoutOption(close, closingPatience)
    }),
  }
}

/** The consumer of a channel; others have channels of their own. */
const consumerTag = "lead-gateway"

/** Longer than a worker with free slots takes between two takes. */
const idleMs = 100

const closingPatience = Duration.millis(500)
