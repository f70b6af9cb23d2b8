import { assert, describe, it } from "@effect/vitest"
import { TestDatabase } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { readdirSync } from "node:fs"
import { command, makeFolder, startGateway } from "./support/apps.ts"
import { ask, reached, receive } from "./support/http.ts"
import { validLead, without } from "./support/leads.ts"

describe("an operator beside a running gateway", () => {
  it.live("compares the counters with the leads", () =>
    Effect.gen(function* () {
      const { folder, url } = yield* startGateway()
      yield* reached(url, yield* receive(url, validLead), "DELIVERED")
      yield* reached(url, yield* receive(url, { ...validLead, zipcode: "10115" }), "REJECTED")
      const { exited, stdout } = yield* command("ledger", { folder })
      assert.strictEqual(exited.code, 0)
      assert.deepStrictEqual(
        stdout.map((line) => line.trim().replace(/ +/g, " ")),
        [
          "counters rows",
          "received 2 2",
          "= rejected 1 1",
          "+ delivered 1 1",
          "+ retrying 0 0",
          "+ parked 0 0",
          "+ permanently failed 0 0",
          "+ in flight 0 0",
          "missing 0 0",
          "stranded 0",
          "the ledger balances",
        ],
      )
      const json = yield* command("ledger", { folder, args: ["--json"] })
      const { counters, missing, rows } = JSON.parse(json.stdout.join("")) as Record<string, object>
      assert.deepStrictEqual(rows, { ...counters, stranded: 0 })
      assert.deepStrictEqual<unknown>(missing, { counters: 0, rows: 0 })
    }),
  )

  it.live("prints the newest leads as they were received, a line each, for a preview", () =>
    Effect.gen(function* () {
      const { folder, url } = yield* startGateway()
      for (const zipcode of ["66001", "10115", "66003"]) yield* receive(url, { ...validLead, zipcode })
      const printed = (...args: ReadonlyArray<string>) =>
        Effect.map(command("leads", { folder, args }), ({ exited, stdout }) => {
          assert.strictEqual(exited.code, 0)
          return stdout.map((line) => (JSON.parse(line) as typeof validLead).zipcode)
        })
      assert.deepStrictEqual(yield* printed(), ["66003", "10115", "66001"])
      assert.deepStrictEqual(yield* printed("--last", "2"), ["66003", "10115"])
      while ((yield* printed("--status", "REJECTED")).join() !== "10115");
      const wrong = yield* command("leads", { folder, args: ["--last", "0"] })
      assert.strictEqual(wrong.exited.code, 1)
    }),
  )

  it.live("sends a lead again by a request that counts once", () =>
    Effect.gen(function* () {
      const { folder, url } = yield* startGateway()
      const parked = yield* receive(url, without("phone"))
      yield* reached(url, parked, "FAILED")
      const args = ["--request", "ticket-7", "--status", "FAILED", "--reason", "MISSING_REQUIRED_FIELD"]
      for (const expected of [
        "request ticket-7: 1 lead is RECEIVED again",
        "request ticket-7 was made before: 0 leads are RECEIVED again now, 1 in all",
      ]) {
        const { exited, stdout } = yield* command("replay", { folder, args })
        assert.deepStrictEqual([stdout, exited.code], [[expected], 0])
      }
      const isParkedAgain = (types: ReadonlyArray<string>) =>
        types.join() === "received,parked,replayed,parked"
      let types: ReadonlyArray<string> = []
      while (!isParkedAgain(types)) {
        const { json } = yield* ask(`${url}/stats/leads/${parked}/history`)
        types = (json as { events: ReadonlyArray<{ type: string }> }).events.map(({ type }) => type)
        yield* Effect.sleep("20 millis")
      }
      const printed = yield* command("replay", {
        folder,
        args: ["--request", "ticket-9", "--id", "778", "--json"],
      })
      assert.deepStrictEqual(printed.stdout, [
        '{"request":"ticket-9","replayed":0,"replayed_in_all":0,"not_replayed":[778]}',
      ])
      const unknown = yield* command("replay", { folder, args: ["--request", "ticket-8", "--id", "777"] })
      assert.deepStrictEqual(unknown.stdout, [
        "request ticket-8: 0 leads are RECEIVED again",
        "not replayed, being none that ended badly or is parked: 777",
      ])
      const conflict = yield* command("replay", { folder, args: ["--request", "ticket-7", "--id", "1"] })
      assert.strictEqual(conflict.exited.code, 1)
      assert.deepStrictEqual(conflict.stderr, [
        "replay request ticket-7 was made before, with other criteria",
      ])
    }),
  )

  it.live("reports what is wrong with a request, flag by flag, before it looks for a database", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const wrong = ["--request", "two words", "--reason", "not a code", "--received-from", "yesterday"]
      const { exited, stderr } = yield* command("replay", { folder, args: wrong })
      assert.strictEqual(exited.code, 1)
      assert.deepStrictEqual(
        stderr.map((line) => line.split(":")[0]),
        ["--request", "--reason", "--received-from"],
      )
      const all = yield* command("replay", { folder, args: ["--request", "everything"] })
      assert.deepStrictEqual(all.stderr, [
        "give at least one of --id, --status, --reason, --received-from, --received-before",
      ])
    }),
  )

  it.live("migrates a database and makes room for leads in it, for apps that may not", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const { client, url } = yield* TestDatabase.make()
      const partitions = Effect.provide(
        SqlClient.use((sql) => sql<{ n: number }>`SELECT count(*)::integer AS n FROM pg_inherits`),
        client,
      )
      for (const expected of [/^applied 0001_leads/, /^nothing to do$/]) {
        const { exited, stdout } = yield* command("migrate", {
          folder,
          args: ["up"],
          env: { DATABASE_URL: url },
        })
        assert.strictEqual(exited.code, 0)
        assert.match(stdout[0] ?? "", expected)
        assert.isAbove((yield* partitions)[0]?.n ?? 0, 10)
      }
    }),
  )

  it.live("prints as JSON which migrations are applied, applies them and takes them back", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const { url } = yield* TestDatabase.make()
      const migrate = (...args: ReadonlyArray<string>) =>
        Effect.map(
          command("migrate", { folder, args: [...args, "--json"], env: { DATABASE_URL: url } }),
          ({ exited, stdout }) => {
            assert.deepStrictEqual([exited.code, stdout.length], [0, 1])
            return JSON.parse(stdout.join("")) as Record<string, unknown>
          },
        )
      const before = yield* migrate("status")
      assert.strictEqual(before["fit"], "behind")
      const names = (before["migrations"] as ReadonlyArray<{ name: string }>).map(({ name }) => name)
      assert.deepStrictEqual(yield* migrate("up"), { applied: names })
      const { fit, migrations } = yield* migrate("status")
      assert.strictEqual(fit, "current")
      const [first] = migrations as ReadonlyArray<{ applied_at: string; known: boolean }>
      assert.match(first?.applied_at ?? "", /^\d{4}-\d\d-\d\dT/)
      assert.isTrue(first?.known)
      assert.deepStrictEqual(yield* migrate("down"), { took_back: names.slice(-1) })
    }),
  )

  it.live("makes no database, migrates none, and does not wait for one that is away", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      for (const name of ["ledger", "replay"] as const) {
        const args = name === "replay" ? ["--request", "x", "--id", "1"] : []
        const none = yield* command(name, { folder, args })
        assert.strictEqual(none.exited.code, 1)
        assert.match(none.stderr.join("\n"), /^DATA_DIR: .* holds no database/)
        const { url } = yield* TestDatabase.make()
        const empty = yield* command(name, { folder, args, env: { DATABASE_URL: url } })
        assert.strictEqual(empty.exited.code, 1)
        assert.match(
          empty.stderr.join("\n"),
          /^the database lacks 0001_leads(, .*)?: lead-gateway migrate up$/,
        )
        const away = "postgres://somebody:secret@127.0.0.1:1/leads"
        const down = yield* command(name, { folder, args, env: { DATABASE_URL: away } })
        assert.strictEqual(down.exited.code, 1)
        assert.strictEqual(down.stderr.length, 1)
        assert.notInclude(down.stderr.join(), "secret")
        assert.deepStrictEqual([none.stdout, empty.stdout, down.stdout], [[], [], []])
      }
      assert.notInclude(readdirSync(folder), ".data")
    }),
  )
})
