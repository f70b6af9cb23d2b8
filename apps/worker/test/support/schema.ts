import { Migrations } from "@lead-gateway/lead-store"
import { Redacted } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { inRepository } from "./flow.ts"

export const migrations = inRepository("migrations")

export const addressOf = (url: string): Migrations.DatabaseAddress => ({
  url: Redacted.make(url),
  ssl: false,
})

export const migrate = (url: string) => Migrations.up({ connection: addressOf(url), directory: migrations })

/** A database with the schema, made once a run. */
export const template = {
  key: readdirSync(migrations)
    .map((file) => readFileSync(`${migrations}/${file}`, "utf8"))
    .join("\n"),
  migrate,
}
