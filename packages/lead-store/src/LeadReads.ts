/**
 * The services that read leads for operators, by a streaming replica where one is configured: counts, lists, histories, the
 * ledger of counts, the timeline, unmapped answers and decided leads.
 *
 * A replica that does not answer, lags behind too far or is none is not used, and a read that it fails is repeated once at the
 * primary. What must be current is none of this package's reads: intake, work, replays, tokens and the audit ask the primary.
 */
import { PgClient } from "@effect/sql-pg"
import { Context, Duration, Effect, Layer, Option, type Scope } from "effect"
import { DecidedLeads } from "./DecidedLeads.ts"
import { cancelApart } from "./internal/cancelApart.ts"
import { type ReplicaStatus, type Session, watchReplica, type WatchOptions } from "./internal/watchReplica.ts"
import type { PoolOptions } from "./LeadDatabase.ts"
import { LeadLedger } from "./LeadLedger.ts"
import { LeadList } from "./LeadList.ts"
import { LeadReader } from "./LeadReader.ts"
import { CurrentReadPlace, markPlace } from "./ReadPlace.ts"
import { type StoreError, StoreUnavailable } from "./StoreError.ts"
import { Timeline } from "./Timeline.ts"
import { UnmappedAnswers } from "./UnmappedAnswers.ts"

/** A replica, and the primary that it follows. */
export interface LeadReadsOptions {
  readonly primary: PoolOptions
  readonly replica: Option.Option<{
    readonly connection: PoolOptions["connection"]
    /** A replica that is further behind is not read from. */
    readonly maxLag: Duration.Duration
  }>
}

/** How the replica stands. */
export class ReadReplica extends Context.Service<
  ReadReplica,
  {
    /** Undefined if none is configured. */
    readonly status: () => ReplicaStatus | undefined
  }
>()("@lead-gateway/lead-store/ReadReplica") {}

type Services = LeadReader | LeadList | LeadLedger | DecidedLeads | Timeline | UnmappedAnswers

/** The services, each by the client of the primary, or by that of the replica while it may be used. */
export const leadReads = ({
  primary,
  replica,
}: LeadReadsOptions): Layer.Layer<Services | ReadReplica, never, PgClient.PgClient> =>
  Option.match(replica, {
    onNone: () => Layer.merge(services, Layer.succeed(ReadReplica, { status: () => undefined })),
    onSome: ({ connection, maxLag }) =>
      Layer.effectContext(atReplica({ primary, replica: { ...primary, connection }, maxLag })),
  })

const services = Layer.mergeAll(
  LeadReader.layer,
  LeadList.layer,
  LeadLedger.layer,
  DecidedLeads.layer,
  Timeline.layer,
  UnmappedAnswers.layer,
)

/** The services by this client. */
const servicesBy = (sql: PgClient.PgClient): Effect.Effect<ServicesBy, never, Scope.Scope> =>
  Effect.map(
    Layer.build(Layer.fresh(services).pipe(Layer.provide(Layer.succeed(PgClient.PgClient, sql)))),
    (context) => ({
      reader: Context.get(context, LeadReader),
      list: Context.get(context, LeadList),
      ledger: Context.get(context, LeadLedger),
      decided: Context.get(context, DecidedLeads),
      timeline: Context.get(context, Timeline),
      answers: Context.get(context, UnmappedAnswers),
    }),
  )

interface ServicesBy {
  readonly reader: LeadReader["Service"]
  readonly list: LeadList["Service"]
  readonly ledger: LeadLedger["Service"]
  readonly decided: DecidedLeads["Service"]
  readonly timeline: Timeline["Service"]
  readonly answers: UnmappedAnswers["Service"]
}

const atReplica = Effect.fnUntraced(function* (options: WatchOptions) {
  const primary = yield* servicesBy(yield* PgClient.PgClient)
  const watch = yield* watchReplica(options, servicesBy)

  /** Reads at the replica, or at the primary: also what the replica has not, by `isEnough`. */
  const read = <A>(
    use: (services: ServicesBy) => Effect.Effect<A, StoreError>,
    isEnough: (value: A) => boolean = () => true,
  ): Effect.Effect<A, StoreError> =>
    Effect.flatMap(CurrentReadPlace, (place) => {
      const atPrimary = Effect.suspend(() => {
        markPlace(place, "primary")
        return use(primary)
      })
      const session = watch.session()
      if (session === undefined || place?.last === "primary") return atPrimary
      markPlace(place, "replica")
      return Effect.matchEffect(tryAt(session, use, watch.look), {
        onSuccess: (value) => (isEnough(value) ? Effect.succeed(value) : atPrimary),
        onFailure: (error) =>
          error._tag === "StoreUnavailable"
            ? Effect.logDebug(`read again from the primary: ${error.message}`).pipe(
                Effect.andThen(watch.look),
                Effect.andThen(atPrimary),
              )
            : Effect.fail(error),
      })
    })

  return Context.make(ReadReplica, { status: watch.status }).pipe(
    Context.add(LeadReader, {
      counts: read(({ reader }) => reader.counts),
      recent: (options) => read(({ reader }) => reader.recent(options)),
      payloads: (options) => read(({ reader }) => reader.payloads(options)),
      payloadsOf: (ids) => read(({ reader }) => reader.payloadsOf(ids)),
      // Who was just answered its id looks for it at once.
      history: (id) => read(({ reader }) => reader.history(id), Option.isSome),
    }),
    Context.add(LeadList, {
      page: (options) => read(({ list }) => list.page(options)),
      deliveries: (id) => read(({ list }) => list.deliveries(id)),
      reasons: read(({ list }) => list.reasons),
    }),
    Context.add(LeadLedger, { ...primary.ledger, fromCounters: read(({ ledger }) => ledger.fromCounters) }),
    Context.add(DecidedLeads, {
      versions: read(({ decided }) => decided.versions),
      page: (query) => read(({ decided }) => decided.page(query)),
      one: (id) => read(({ decided }) => decided.one(id), Option.isSome),
    }),
    Context.add(Timeline, { read: (query) => read(({ timeline }) => timeline.read(query)) }),
    Context.add(UnmappedAnswers, {
      ...primary.answers,
      list: (query) => read(({ answers }) => answers.list(query)),
    }),
  )
})

/** After so long a read is slow, and the replica is looked at; after so much longer it is given up. */
const slow = Duration.millis(150)
const giveUp = Duration.seconds(2)

/** Reads at the replica; fails as soon as that is not used any more. */
const tryAt = <A>(
  { gone, services }: Session<ServicesBy>,
  use: (services: ServicesBy) => Effect.Effect<A, StoreError>,
  look: Effect.Effect<void>,
): Effect.Effect<A, StoreError> =>
  Effect.raceFirst(
    Effect.raceFirst(cancelApart(use(services)), gone),
    Effect.sleep(slow).pipe(
      Effect.andThen(look),
      Effect.andThen(Effect.sleep(giveUp)),
      Effect.andThen(Effect.fail(new StoreUnavailable({ operation: "ReadReplica in time" }))),
    ),
  )
