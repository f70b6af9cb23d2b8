/** Examines a RabbitMQ that is to be used as a queue: for operators who look for the cause of a failure. */
import { Effect } from "effect"
import { open, type RabbitFailure, withChannel } from "./internal/rabbit/session.ts"
import { deadLetters } from "./internal/rabbit/topology.ts"
import type { RabbitQueue } from "./RabbitLeadQueue.ts"

/** What {@link lookAtRabbit} has read. */
export interface RabbitLook {
  /** Such as `4.1.3`. */
  readonly version: string
  /** Whether the version has what the queue needs: 3.10 or later. True if the version is unknown. */
  readonly isVersionFit: boolean
  /** How many leads are in the queue; `undefined` if it does not exist yet. */
  readonly depth: number | undefined
  /** How many messages were no id of a lead. */
  readonly deadLetters: number
}

/**
 * Connects as the queue does and reads its state. Changes nothing.
 *
 * The reason of a failure holds no secret: it is a code of RabbitMQ or of the network (`ACCESS_REFUSED`, `ECONNREFUSED`),
 * or a short text.
 */
export const lookAtRabbit = ({
  queue,
  url,
}: Pick<RabbitQueue, "queue" | "url">): Effect.Effect<RabbitLook, RabbitFailure> =>
  Effect.gen(function* () {
    const session = yield* open(url, url.addresses[0])
    const { version } = session.model.connection.serverProperties
    const count = (name: string) =>
      withChannel(session, async (channel) => (await channel.checkQueue(name)).messageCount).pipe(
        Effect.catchIf(
          ({ reason }) => reason === "NOT_FOUND",
          () => Effect.succeed(undefined),
        ),
      )
    return {
      version,
      isVersionFit: isFit(version),
      depth: yield* count(queue),
      deadLetters: (yield* count(deadLetters(queue))) ?? 0,
    }
  }).pipe(Effect.scoped)

const isFit = (version: string): boolean => {
  const [major = Number.NaN, minor = 0] = version.split(".").map(Number)
  return Number.isNaN(major) || major > 3 || (major === 3 && minor >= 10)
}
