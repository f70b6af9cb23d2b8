/** How `lead-gateway migrate status` prints the migrations, and how they fit this version. */
import { oneLine } from "@lead-gateway/document-check"
import type { Migrations } from "@lead-gateway/lead-store"

type States = ReadonlyArray<Migrations.MigrationState>

/** For machines. */
export const statesAsJson = (states: States, fit: Migrations.SchemaFit): string =>
  JSON.stringify({ fit: fitNames[fit._tag], migrations: states.map(stateJson) })

/** For people: a line for each migration, and one that says how they fit, unless nothing is to be said. */
export const statesAsText = (states: States, fit: Migrations.SchemaFit): string =>
  [...states.map(stateLine), ...fitLines(fit)].join("\n")

/** The values of `fit` in the JSON of `status`. */
const fitNames = {
  Current: "current",
  Newer: "newer",
  Behind: "behind",
  SchemaTooNew: "too_new",
} as const satisfies Record<Migrations.SchemaFit["_tag"], string>

const stateJson = ({ appliedAt, known, name, requires }: Migrations.MigrationState) => ({
  name,
  applied_at: appliedAt?.toISOString() ?? null,
  requires: requires ?? null,
  known,
})

const stateLine = ({ appliedAt, known, name, requires }: Migrations.MigrationState): string => {
  const state = appliedAt === null ? "missing" : `applied ${appliedAt.toISOString()}`
  const needs =
    requires === undefined ? "" : `  (for versions that know ${String(requires).padStart(4, "0")})`
  return `${oneLine(name)}  ${state}${needs}${known ? "" : "  (unknown to this version)"}`
}

const fitLines = (fit: Migrations.SchemaFit): ReadonlyArray<string> => {
  switch (fit._tag) {
    case "Current":
    case "Behind":
      return []
    case "Newer":
      return ["the database is newer than this version, which can work with it"]
    case "SchemaTooNew":
      return [fit.message]
  }
}
