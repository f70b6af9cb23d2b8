import { assert, describe, it } from "@effect/vitest"
import { TestCustomer, TestDatabase } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { readdirSync } from "node:fs"
import { command, makeFolder, start } from "./support/apps.ts"
import { reached, receive } from "./support/http.ts"
import { validLead } from "./support/leads.ts"

/** The migrations of the repository, the newest first. */
const all = readdirSync(new URL("../../../migrations", import.meta.url))
  .map((file) => file.replace(/\.sql$/, ""))
  .toSorted()
  .toReversed()

describe("migrate down", () => {
  it.live("drops no lead without a word: it says what is lost, and which processes are connected", () =>
    Effect.gen(function* () {
      const customer = yield* TestCustomer.make()
      const folder = yield* makeFolder
      const { url: DATABASE_URL } = yield* TestDatabase.make()
      const env = { DATABASE_URL, CUSTOMER_API_URL: customer.url }
      const down = (...args: ReadonlyArray<string>) =>
        command("migrate", { folder, args: ["down", "--count", "99", ...args], env })
      const refusedAs = (stdout: ReadonlyArray<string>) =>
        JSON.parse(stdout.join("")) as Readonly<Record<string, unknown>>

      const gateway = yield* start("gateway", { folder, env })
      const url = (yield* gateway.waitForLine(/^ {2}address +http/)).replace(/^ *address */, "")
      yield* reached(url, yield* receive(url, validLead), "DELIVERED")

      const beside = yield* down("--yes")
      assert.strictEqual(beside.exited.code, 1)
      assert.match(
        beside.stderr.join("\n"),
        /^processes are connected to the database:\n {2}lead-gateway( at \S+)?, \d+ connections?, since \S+Z\nnothing was changed; stop them first, or use --while-connected$/,
      )
      const besideAsJson = yield* down("--yes", "--json")
      assert.strictEqual(besideAsJson.exited.code, 1)
      const { processes, ...rest } = refusedAs(besideAsJson.stdout)
      assert.deepStrictEqual(rest, { took_back: [], refused: "processes_connected" })
      assert(Array.isArray(processes))
      assert.deepInclude(processes[0] as object, { name: "lead-gateway" })
      yield* gateway.kill("SIGTERM")
      yield* gateway.exited

      const without = yield* down()
      assert.strictEqual(without.exited.code, 1)
      assert.deepStrictEqual(without.stdout, [])
      assert.match(
        without.stderr.join("\n"),
        /^reverting would lose data:\n(?: {2}\d{4}_\w+: .*\n)* {2}0001_leads: lead \(1 row\), decision \(1 row\), delivery \(1 row\), attempt \(1 row\), .*\nnothing was changed; make a copy with pg_dump, and use --yes to lose them$/,
      )
      const asJson = yield* down("--json")
      assert.strictEqual(asJson.exited.code, 1)
      const { losses, refused } = refusedAs(asJson.stdout)
      assert.strictEqual(refused, "data_would_be_lost")
      assert(Array.isArray(losses))
      assert.deepInclude(losses as ReadonlyArray<unknown>, {
        migration: "0001_leads",
        table: "lead",
        column: null,
        rows: 1,
      })

      const forced = yield* down("--yes", "--json")
      assert.strictEqual(forced.exited.code, 0)
      assert.deepStrictEqual(refusedAs(forced.stdout), { took_back: all })
      const again = yield* down()
      assert.deepStrictEqual([again.exited.code, again.stdout], [0, ["nothing to do"]])
    }),
  )
})
