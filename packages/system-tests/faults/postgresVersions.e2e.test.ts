import { describe } from "@effect/vitest"
import { postgresVersions } from "./scenarios/postgresVersions.ts"
import { olderPostgres } from "./support/postgresPrograms.ts"
import { testScenarios } from "./support/testScenarios.ts"

// There are programs of older versions for Linux x64 only.
describe.skipIf(olderPostgres(14) === undefined)("Postgres of older versions", () => {
  for (const scenario of postgresVersions) testScenarios(["database"], [scenario])
})
