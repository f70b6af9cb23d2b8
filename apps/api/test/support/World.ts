import { PgClient } from "@effect/sql-pg"
import { assert } from "@effect/vitest"
import { type ApiOptions, serve } from "@lead-gateway/api"
import type { ClientSettings, JwtSettings, SenderSettings, SenderVerifier } from "@lead-gateway/config"
import { loadFlow } from "@lead-gateway/config/flow"
import { PostgresLeadQueue } from "@lead-gateway/lead-queue"
import {
  Audit,
  CustomerStates,
  LeadDatabase,
  LeadIntake,
  leadReads,
  LeadReplay,
  maintainPartitions,
  Migrations,
  OperatorTokens,
} from "@lead-gateway/lead-store"
import { makeMetrics, Metrics, Telemetry } from "@lead-gateway/runtime"
import { type Template, TestDatabase } from "@lead-gateway/testkit"
import { Context, Duration, Effect, Layer, Option, Redacted } from "effect"
import { readFileSync, readdirSync } from "node:fs"
import { createRequire } from "node:module"
import { setImmediate } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { makeSecrecy, type Secrecy } from "./Secrecy.ts"

const reference = createRequire(import.meta.url).resolve("@scalar/api-reference/browser/standalone.js")

const preview = {
  file: fileURLToPath(new URL("previewProcess.ts", import.meta.url)),
  execArgv: ["--conditions=@lead-gateway/source"],
}

const migrations = fileURLToPath(new URL("../../../../migrations", import.meta.url))

const configFile = (name: string) => fileURLToPath(new URL(`../../../../config/${name}`, import.meta.url))

/** The flow of the files that ship. */
const shippedFlow = Effect.orDie(
  loadFlow(
    {
      attributeMapping: configFile("customer_attribute_mapping.json"),
      leadRules: configFile("lead_rules.json"),
      normalizerProfile: configFile("normalizer_profile.json"),
      payloadTemplate: configFile("customer_payload_template.json"),
    },
    { productName: "solar_panel_installation" },
  ),
)

/** The schema and its first partitions, made once a run. */
const template: Template<Error> = {
  key: [
    "with partitions",
    ...readdirSync(migrations).map((file) => readFileSync(`${migrations}/${file}`, "utf8")),
  ].join("\n"),
  migrate: (url) =>
    Effect.andThen(
      Migrations.up({ connection: { url: Redacted.make(url), ssl: false }, directory: migrations }),
      Effect.provide(maintainPartitions, PgClient.layer({ url: Redacted.make(url) })),
    ),
}

/** A database for the current scope, with the schema or without it. */
export const makeDatabase = (options: { readonly empty?: boolean } = {}) =>
  Effect.orDie(TestDatabase.make(options.empty === true ? {} : { template }))

/** How a test's api differs from the default. */
export interface WorldOptions {
  /** The database's URL; one of the world's own, unless set. */
  readonly databaseUrl?: string
  readonly replica?: Option.Option.Value<Parameters<typeof leadReads>[0]["replica"]>
  readonly maxBodyBytes?: number
  /** The address to listen on; 127.0.0.1 unless set. Tests connect to 127.0.0.1 all the same. */
  readonly host?: string
  readonly allowedHosts?: ReadonlyArray<string>
  readonly corsOrigins?: ReadonlyArray<string>
  readonly maxBytesInFlight?: number
  readonly maxConnections?: number
  readonly metricsToken?: string
  /** Zero unless set: every question is asked. */
  readonly statsCacheTtl?: Duration.Duration
  readonly senders?: Partial<SenderSettings>
  readonly auth?: {
    readonly sharedSecrets: ReadonlyArray<string>
    readonly operatorTokens: ReadonlyArray<string>
    readonly jwt?: JwtSettings
    readonly verifiers?: ReadonlyArray<SenderVerifier>
  }
  readonly clients?: Partial<ClientSettings>
  readonly shutdownTimeout?: Duration.Duration
  /** The program of the page at `/docs`; as a checkout has it, unless set. */
  readonly reference?: string
  /** Loads the files of the web console; without it there is none. */
  readonly console?: ApiOptions["console"]
  /** Services that replace the real ones. */
  readonly replace?: Layer.Layer<never>
}

/** An api that listens, the database behind it, and what it logs. */
export interface WorldShape {
  readonly port: number
  readonly secrecy: Secrecy
  /** Runs a query; rows as the driver returns them. */
  readonly sql: PgClient.PgClient
  /** The entries that were logged until now. */
  readonly log: Effect.Effect<ReadonlyArray<Record<string, unknown>>>
}

/**
 * Serves an api in this process for the current scope.
 *
 * When the scope closes, no line of its log may hold a value that was sent to it.
 */
export const makeWorld = Effect.fnUntraced(function* (options: WorldOptions = {}) {
  const lines: Array<string> = []
  const secrecy = makeSecrecy(lines)
  yield* Effect.addFinalizer(() => Effect.sync(() => secrecy.assertKept()))
  const databaseUrl = options.databaseUrl ?? (yield* makeDatabase()).url

  const sink = { writable: true, write: (text: string) => lines.push(...text.split("\n")), on: () => {} }
  const primary = {
    connection: { url: Redacted.make(databaseUrl), ssl: false },
    pool: { maxConnections: 5, minConnections: 1, connectionTTL: Option.none() },
    applicationName: "api-test",
  }
  const Services = Layer.mergeAll(
    LeadIntake.layer,
    leadReads({ primary, replica: Option.fromUndefinedOr(options.replica) }),
    LeadReplay.layer,
    OperatorTokens.layer,
    Audit.layer,
    CustomerStates.layer,
    PostgresLeadQueue.layer({ listen: false }),
  ).pipe(
    Layer.provideMerge(LeadDatabase.layer({ ...primary, migrations })),
    Layer.provideMerge(Layer.succeed(Metrics, makeMetrics())),
    Layer.provideMerge(Telemetry.layer({ service: "api", level: "debug", format: "json", sink })),
  )
  const services = yield* Layer.build(Services)
  const flow = yield* shippedFlow
  const replaced = yield* Layer.build(options.replace ?? Layer.empty)

  const { port, sql } = yield* Effect.gen(function* () {
    const { port } = yield* serve({
      api: {
        host: options.host ?? "127.0.0.1",
        port: 0,
        allowedHosts: options.allowedHosts ?? [],
        corsOrigins: options.corsOrigins ?? [],
        trustedProxies: options.clients?.trustedProxies ?? [],
        intakeRateBy: options.clients?.intakeRateBy ?? "address",
        intakeRateLimit: options.clients?.intakeRateLimit ?? Option.none(),
        limits: {
          maxBodyBytes: options.maxBodyBytes ?? 1024 ** 2,
          maxBytesInFlight: Option.fromUndefinedOr(options.maxBytesInFlight),
          maxConnections: Option.fromUndefinedOr(options.maxConnections),
        },
        senders: {
          idempotencyTtl: Duration.hours(24),
          idempotencyField: Option.none(),
          dedupeWindow: Option.none(),
          acceptForms: false,
          ...options.senders,
        },
        auth: Option.map(
          Option.fromUndefinedOr(options.auth),
          ({ jwt, operatorTokens, sharedSecrets, verifiers = [] }) => ({
            verifiers,
            sharedSecrets: sharedSecrets.map((text) => Redacted.make(text)),
            operatorTokens: operatorTokens.map((text) => Redacted.make(text)),
            jwt: Option.fromUndefinedOr(jwt),
          }),
        ),
      },
      metrics: {
        tokens: Option.map(Option.fromUndefinedOr(options.metricsToken), (token) => [Redacted.make(token)]),
        statsCacheTtl: options.statsCacheTtl ?? Duration.zero,
      },
      flow,
      info: { version: "1.2.3", queueType: "database" },
      preview,
      reference: options.reference ?? reference,
      console: options.console,
      shutdownTimeout: options.shutdownTimeout ?? Duration.seconds(5),
    })
    if (options.databaseUrl === undefined) yield* (yield* LeadDatabase).ready
    return { port, sql: yield* PgClient.PgClient }
  }).pipe(Effect.provideContext(Context.merge(services, replaced)))

  const world: WorldShape = {
    port,
    sql,
    secrecy,
    // Lines are written at the end of a turn of the event loop.
    log: Effect.map(
      Effect.promise(() => setImmediate()),
      () => lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Record<string, unknown>),
    ),
  }
  return world
})

/** One world for all tests of a file. */
export class World extends Context.Service<World, WorldShape>()("@lead-gateway/api/test/World") {
  static readonly layer = (options?: WorldOptions) => Layer.effect(World, Effect.orDie(makeWorld(options)))
}

/** The number of leads, counted by their rows. */
export const countLeads = (world: WorldShape) =>
  Effect.map(
    world.sql<{ leads: number }>`SELECT count(*)::float8 AS leads FROM inbound_lead`,
    (rows) => rows[0]?.leads ?? assert.fail("no count"),
  )
