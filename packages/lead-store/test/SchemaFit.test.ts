import { assert, describe, it } from "@effect/vitest"
import { Migrations } from "../src/index.ts"

const applied = (name: string, requires?: number): Migrations.MigrationState => ({
  name,
  appliedAt: new Date(0),
  known: true,
  ...(requires !== undefined && { requires }),
})
const unknown = (name: string, requires?: number) => ({ ...applied(name, requires), known: false })
const missing = (name: string, requires?: number) => ({ ...applied(name, requires), appliedAt: null })

describe("a process and a schema", () => {
  it("are current when both have the same migrations, whatever those require", () => {
    assert.deepStrictEqual(Migrations.schemaFit([]), { _tag: "Current" })
    assert.deepStrictEqual(Migrations.schemaFit([applied("0001_a"), applied("0002_b", 2)]), {
      _tag: "Current",
    })
  })

  it("do not fit yet when a migration is missing, whatever it will require", () => {
    assert.deepStrictEqual(Migrations.schemaFit([applied("0001_a"), missing("0002_b", 2)]), {
      _tag: "Behind",
      missing: ["0002_b"],
    })
    assert.deepStrictEqual(
      Migrations.schemaFit([applied("0001_a"), missing("0002_b"), unknown("0003_c", 2)]),
      {
        _tag: "Behind",
        missing: ["0002_b"],
      },
    )
  })

  it("fit when the schema is newer and requires nothing that the process does not know", () => {
    for (const requires of [undefined, 1, 2]) {
      assert.deepStrictEqual(
        Migrations.schemaFit([applied("0001_a"), applied("0002_b"), unknown("0003_c", requires)]),
        { _tag: "Newer", unknown: ["0003_c"] },
      )
    }
  })

  it("do not fit when any newer migration requires more than the process knows", () => {
    const fit = Migrations.schemaFit([
      applied("0001_a"),
      applied("0002_b"),
      unknown("0003_c", 3),
      unknown("0004_d"),
    ])
    assert(fit._tag === "SchemaTooNew")
    assert.deepInclude(fit, { unknown: ["0003_c", "0004_d"], requires: 3, knows: 2 })
    assert.strictEqual(
      fit.message,
      "the database was migrated by a newer version of Lead Gateway (unknown here: 0003_c, 0004_d) and needs a " +
        "version that knows migration 0003, this one knows 0002; run that version, or migrate down with it first",
    )
  })
})
