import { PgClient } from "@effect/sql-pg"
import { Duration, Effect, Latch, Layer, Queue } from "effect"
import { keepRunning } from "./internal/keepRunning.ts"
import { type Hint, LeadQueue, LeadQueueUnavailable } from "./LeadQueue.ts"

/** Options of the Postgres driver. */
export interface PostgresLeadQueueOptions {
  /** Whether this process takes leads, and so listens for notifications. */
  readonly listen: boolean
}

const channel = "lead_offered"

/**
 * A queue without ids over Postgres's NOTIFY: a notification wakes workers, which then claim by the schedule.
 *
 * All offers while a notification is sent share the next one, since NOTIFY takes a lock that serialises commits. If a
 * notification is not sent or not received, the worker's poll finds the lead.
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
      /** Offers of one turn of the event loop share a notification. */
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
        (notify) => keepRunning("waking workers", notify),
        Effect.forkScoped,
      )

      if (options.listen) {
        yield* sql.listen(channel).pipe(
          // Notifications before this connection listened were missed: wake once.
          Effect.tap(() => Queue.offer(wake, undefined)),
          Effect.flatMap((notifications) =>
            Effect.forever(Effect.andThen(Queue.take(notifications), Queue.offer(wake, undefined))),
          ),
          Effect.scoped,
          Effect.catch(() =>
            Effect.andThen(
              Effect.logWarning("cannot be woken by Postgres; looking for leads by the clock"),
              Effect.sleep(beforeReconnect),
            ),
          ),
          (listen) => keepRunning("listening for leads", listen),
          Effect.forkScoped,
        )
      }

      const anyDue: Hint = { _tag: "AnyDue" }
      // Work that is due and not leased, lane by lane, so that each is an index scan.
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

/** How long one notification may take, so that a dead connection does not delay later ones. */
const patience = Duration.seconds(5)

/** The pause after a notification: offers during it share the next one. */
const betweenNotifications = Duration.millis(5)

/** The pause before listening again. Meanwhile the poll finds the leads. */
const beforeReconnect = Duration.seconds(1)
