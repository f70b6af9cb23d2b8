/** A primary with a streaming replica, and the services that read from it as an api does. */
import { assert } from "@effect/vitest"
import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import { TestReplica } from "@lead-gateway/testkit"
import { Context, Duration, Effect, Layer, Option } from "effect"
import {
  CurrentReadPlace,
  LeadIntake,
  LeadReader,
  leadReads,
  type Place,
  ReadReplica,
} from "../../src/index.ts"
import { address, client, template } from "./world.ts"

/** A migrated primary, and a replica of it. */
export const makeServers = TestReplica.make(EmbeddedPostgres.make, template.migrate)

/** How far behind the replica may be. */
export const maxLag = Duration.seconds(2)

/** The servers of a test file. */
export class Servers extends Context.Service<Servers, TestReplica>()("test/Servers") {}

/** The services by a replica, as an api has them. */
export const readsOf = ({ primaryUrl, url }: TestReplica) =>
  Layer.mergeAll(
    leadReads({
      primary: {
        connection: address(primaryUrl),
        pool: { maxConnections: 5, minConnections: 0, connectionTTL: Option.none() },
        applicationName: "lead-gateway-api",
      },
      replica: Option.some({ connection: address(url), maxLag }),
    }),
    LeadIntake.layer,
  ).pipe(Layer.provideMerge(client(primaryUrl)))

/** Runs a test with the services of an api on the servers of the test file. */
export const inReads = <A, E, R>(test: Effect.Effect<A, E, R>) =>
  Servers.use((servers) => Effect.provide(test, readsOf(servers)))

/** Reads as a request does; where, and how long it took. */
export const asRequest = <A, E, R>(read: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const places: Array<Place> = []
    const request = { last: undefined, onRead: (place: Place) => places.push(place) }
    return Effect.map(
      Effect.timed(Effect.provideService(read, CurrentReadPlace, request)),
      ([time, value]) => ({
        value,
        places,
        ms: Duration.toMillis(time),
      }),
    )
  })

/** What is read most simply. */
export const counts = LeadReader.use(({ counts }) => counts)

/** Reads on and on until reads go there; none may fail or take a second. */
export const readsGo = (expected: Place) =>
  Effect.gen(function* () {
    for (;;) {
      const { ms, places } = yield* asRequest(counts)
      assert.isBelow(ms, 1000, places.join())
      if (places.at(-1) === expected) return
      yield* Effect.sleep("20 millis")
    }
  })

/** How the replica stands. */
export const status = Effect.map(ReadReplica, ({ status }) => status())

/** Waits for a status. */
export const becomes = (expected: "up" | "lagging" | "down") =>
  Effect.repeat(Effect.delay(status, "20 millis"), { until: (now) => now?.status === expected })
