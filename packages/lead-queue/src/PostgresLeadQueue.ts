import { PgClient } from "@effect/sql-pg"
import { Duration, Effect, Latch, Layer, Queue, Schedule } from "effect"
import { type Hint, LeadQueue, LeadQueueUnavailable } from "./LeadQueue.ts"

/** How the Postgres driver waits. */
export interface PostgresLeadQueueOptions {
  /** Whether this process takes leads. One that only offers them need not listen. */
  readonly listen: boolean
}

const channel = "lead_offered"

/**
 * The queue that is Postgres itself: a worker asks the store what is due, woken by a notification.
 *
 * A notification carries no ids, and however many leads are offered while one is being sent, one follows:
 * NOTIFY takes a lock that all commits share. When it cannot be sent or heard, the poll finds the lead.
 */
export const layer = (options: PostgresLeadQueueOptions): Layer.Layer<LeadQueue, never, PgClient.PgClient> =>
  Layer.effect(
    LeadQueue,
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      /** Open while a notification is to be sent. */
      const offered = Latch.makeUnsafe(false)
      let isPlanned = false
      const notifySoon = () => {
        isPlanned = false
        offered.openUnsafe()
      }
      /** What is offered in one turn of the event loop is one notification. */
      const offerUnsafe = () => {
        if (isPlanned) return
        isPlanned = true
        setImmediate(notifySoon)
      }
      const wake = yield* Queue.sliding<void>(1)

      yield* offered.await.pipe(
        Effect.tap(() => Effect.sync(() => offered.closeUnsafe())),
        Effect.andThen(Effect.timeout(sql.notify(channel, ""), patience)),
        Effect.catch(() =>
          Effect.logWarning("workers could not be woken; they find leads at their next look"),
        ),
        Effect.andThen(Effect.sleep(betweenNotifications)),
        Effect.forever,
        Effect.forkScoped,
      )

      if (options.listen) {
        yield* sql.listen(channel).pipe(
          // What was offered before this connection listened was not heard: look once.
          Effect.tap(() => Queue.offer(wake, undefined)),
          Effect.flatMap((notifications) =>
            Effect.forever(Effect.andThen(Queue.take(notifications), Queue.offer(wake, undefined))),
          ),
          Effect.scoped,
          Effect.tapError(() =>
            Effect.logWarning("cannot be woken by Postgres; looking for leads by the clock"),
          ),
          Effect.retry(Schedule.spaced(beforeReconnect)),
          Effect.ignore,
          Effect.forkScoped,
        )
      }

      const anyDue: Hint = { _tag: "AnyDue" }
      // Work that is due and not leased, lane by lane: that of new leads, and one for each customer's deliveries.
      const depth = sql<{ leads: bigint }>`
        SELECT count(*) AS leads FROM (SELECT 0 AS id UNION ALL SELECT id FROM customer) AS lane
        JOIN work ON work.lane = lane.id
        WHERE due_at <= now() AND (leased_until IS NULL OR leased_until <= now())`

      return LeadQueue.of({
        offer: () => Effect.sync(offerUnsafe),
        offerUnsafe,
        take: ({ within }) => Effect.as(Effect.timeoutOption(Queue.take(wake), within), anyDue),
        depth: depth.pipe(
          Effect.map((rows) => Number(rows[0]?.leads ?? 0)),
          Effect.mapError(() => new LeadQueueUnavailable()),
        ),
        patienceMs: () => 0,
        forgot: Effect.never,
      })
    }),
  )

/** How long one notification may take: a connection that has silently gone must not hold up those that follow. */
const patience = Duration.seconds(5)

/** Leads that come while one notification is under way, or so soon after it, share the next. */
const betweenNotifications = Duration.millis(5)

/** Postgres comes back; until then, the poll finds the leads. */
const beforeReconnect = Duration.seconds(1)
