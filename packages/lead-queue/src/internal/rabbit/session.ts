/**
 * One connection to one RabbitMQ server, from its handshake to its end, and the failures of what is asked over it. It does
 * not reconnect.
 */
import { Data, Deferred, Duration, Effect, Redacted, type Scope } from "effect"
import { type Channel, type ChannelModel, connect, type ConfirmChannel } from "amqplib"
import type { RabbitUrl } from "../../RabbitUrl.ts"
import type { Address } from "../hosts.ts"

/** How long a server may take to accept a connection, and to answer. */
export const patience = Duration.seconds(2)

/** A request failed, or there is no connection. The message holds no secret and no lead. */
export class RabbitFailure extends Data.TaggedError("RabbitFailure")<{
  /** A code of RabbitMQ or of the network, such as `ACCESS_REFUSED` or `ECONNREFUSED`, or a short text. */
  readonly reason: string
}> {
  override get message(): string {
    return this.reason
  }
}

/** A connection. */
export interface Session {
  readonly model: ChannelModel
  /** Waits until it has ended, and fails with the reason. */
  readonly ended: Effect.Effect<never, RabbitFailure>
  readonly hasEnded: () => boolean
  /** Cuts the connection. */
  readonly cut: (why?: string) => void
}

/** Opens a connection that is closed with the scope at the latest: within {@link closingPatience}, or it is cut. */
export const open = (url: RabbitUrl, address: Address): Effect.Effect<Session, RabbitFailure, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.map(
      ask(
        () => undefined,
        () =>
          connect(optionsOf(url, address), {
            timeout: Duration.toMillis(patience),
            noDelay: true,
            clientProperties,
          }),
        (late) => cut(late),
      ),
      sessionOf,
    ),
    ({ cut, hasEnded, model }) =>
      !hasEnded()
        ? Effect.ignore(ask(cut, () => model.close(), undefined, closingPatience)).pipe(
            Effect.andThen(Effect.sync(cut)),
          )
        : Effect.sync(cut),
    { interruptible: true },
  )

const sessionOf = (model: ChannelModel): Session => {
  const ended = Deferred.makeUnsafe<never, RabbitFailure>()
  let reason: unknown
  // Without a listener, an error would be thrown.
  model.on("error", (error) => (reason ??= error))
  model.on("close", (error) => Deferred.doneUnsafe(ended, Effect.fail(failureOf(reason ?? error))))
  return {
    model,
    ended: Deferred.await(ended),
    hasEnded: () => Deferred.isDoneUnsafe(ended),
    cut: (why) => {
      if (why !== undefined) reason ??= new RabbitFailure({ reason: why })
      cut(model)
      Deferred.doneUnsafe(ended, Effect.fail(failureOf(reason)))
    },
  }
}

/** RabbitMQ shows it in its list of connections. */
const clientProperties = { connection_name: "lead-gateway" }

const optionsOf = ({ password, tls, username, vhost }: RabbitUrl, { host, port }: Address) => ({
  protocol: tls ? "amqps" : "amqp",
  hostname: host,
  port,
  ...(password === undefined ? {} : { username: username ?? "guest", password: Redacted.value(password) }),
  vhost: encodeURIComponent(vhost),
  // In seconds. A server that says nothing for twice as long is away.
  heartbeat: 5,
})

/** The client has no other way to end a connection whose server does not answer. */
const cut = (model: ChannelModel) => {
  const { stream } = model.connection as { readonly stream?: { readonly destroy: (error: Error) => void } }
  // Without an error, the client would not notice.
  stream?.destroy(new Error("cut"))
}

/** A channel of its own for what is asked with it: a refusal closes it, and not the connection. */
export const withChannel = <A>(
  { cut, model }: Session,
  run: (channel: Channel) => Promise<A>,
): Effect.Effect<A, RabbitFailure> =>
  ask(cut, async () => {
    const channel = quiet(await model.createChannel())
    const answer = await run(channel)
    await channel.close()
    return answer
  })

/** A channel that stays open; the connection is cut when it closes for a fault. */
export const openChannel = (session: Session): Effect.Effect<Channel, RabbitFailure> =>
  Effect.map(
    ask(session.cut, () => session.model.createChannel()),
    (channel) => ending(session, channel),
  )

/** The same with publisher confirms. */
export const openConfirmChannel = (session: Session): Effect.Effect<ConfirmChannel, RabbitFailure> =>
  Effect.map(
    ask(session.cut, () => session.model.createConfirmChannel()),
    (channel) => ending(session, channel),
  )

const ending = <C extends Channel>({ cut, model }: Session, channel: C): C => {
  channel.on("error", (error) => {
    model.emit("error", error)
    cut()
  })
  return channel
}

const quiet = (channel: Channel) => channel.on("error", () => undefined)

/**
 * Waits for the answer, for {@link patience} or `within` at most; cuts the connection if none comes. What comes too late
 * is passed to `late`. The time-out uses the system's clock and not Effect's: a test clock does not apply to a real server.
 */
export const ask = <A>(
  cut: (why: string) => void,
  request: () => Promise<A>,
  late?: (answer: A) => void,
  within: Duration.Duration = patience,
): Effect.Effect<A, RabbitFailure> =>
  Effect.callback((resume) => {
    let isOver = false
    const end = () => {
      isOver = true
      clearTimeout(timer)
    }
    const timer = setTimeout(() => {
      end()
      cut("no answer")
      resume(Effect.fail(new RabbitFailure({ reason: "no answer" })))
    }, Duration.toMillis(within))
    // A closed channel throws.
    Promise.resolve()
      .then(request)
      .then(
        (answer) => {
          if (isOver) return late?.(answer)
          end()
          return resume(Effect.succeed(answer))
        },
        (error: unknown) => {
          if (isOver) return
          end()
          resume(Effect.fail(failureOf(error)))
        },
      )
    return Effect.sync(end)
  })

/** Keeps only the code of an error. */
export const failureOf = (error: unknown): RabbitFailure => {
  if (error instanceof RabbitFailure) return error
  if (!(error instanceof Error)) return new RabbitFailure({ reason: "the connection closed" })
  if ("code" in error && typeof error.code === "string") return new RabbitFailure({ reason: error.code })
  // Such as: Channel closed by server: 404 (NOT-FOUND) with message "NOT_FOUND - no queue …"
  const [, code] = /\d{3} \(([A-Z-]+)\)/.exec(error.message) ?? []
  if (code !== undefined) return new RabbitFailure({ reason: code.replaceAll("-", "_") })
  // The client keeps no reason if the server refuses the vhost.
  if (/Expected ConnectionOpenOk/.test(error.message)) return new RabbitFailure({ reason: "NOT_ALLOWED" })
  if (/timeout|ETIMEDOUT/i.test(error.message)) return new RabbitFailure({ reason: "no answer" })
  return new RabbitFailure({ reason: "the connection closed" })
}

const closingPatience = Duration.millis(500)
