import { PgClient } from "@effect/sql-pg"
import { maintainPartitions, Migrations } from "@lead-gateway/lead-store"
import { Effect, Redacted } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { inRepository } from "./flow.ts"

export const migrations = inRepository("migrations")

export const addressOf = (url: string): Migrations.DatabaseAddress => ({
  url: Redacted.make(url),
  ssl: false,
})

export const migrate = (url: string) =>
  Effect.andThen(
    Migrations.up({ connection: addressOf(url), directory: migrations }),
    Effect.provide(maintainPartitions, PgClient.layer({ url: Redacted.make(url) })),
  )

/** A database with the schema and its partitions, made once a run. */
export const template = {
  key: [
    "worker: with partitions",
    ...readdirSync(migrations).map((file) => readFileSync(`${migrations}/${file}`, "utf8")),
  ].join("\n"),
  migrate,
}
