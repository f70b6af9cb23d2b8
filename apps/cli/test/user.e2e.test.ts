import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { chownSync, statSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { argumentOf, makeFolder, processesOf, program, startGateway } from "./support/apps.ts"
import { reached, receive } from "./support/http.ts"
import { validLead } from "./support/leads.ts"
import { everybodyReaches, nobody } from "./support/nobody.ts"

/** Root starts the gateway as nobody (see `asNobody`); anybody else is an ordinary user already. */
const isRoot = process.getuid?.() === 0

/** To whom the gateway's files belong, seen from here. */
const owner = isRoot && everybodyReaches(program) ? nobody : process.getuid?.()

const asNobody = {
  program: fileURLToPath(new URL("support/asNobody.ts", import.meta.url)),
  args: [program, argumentOf("gateway")],
  nodeFlags: ["--disable-warning=ExperimentalWarning"],
}

describe("a gateway of an ordinary user", () => {
  it.live("starts, delivers and stops, and its files are that user's", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      if (owner === nobody) chownSync(folder, nobody, nobody)
      const gateway = yield* startGateway({ folder, ...(isRoot ? asNobody : {}) })
      yield* reached(gateway.url, yield* receive(gateway.url, validLead), "DELIVERED")
      for (const name of [".data", ".data/postgres/PG_VERSION"]) {
        assert.strictEqual(statSync(join(folder, name)).uid, owner, name)
      }
      yield* gateway.process.kill("SIGTERM")
      assert.deepStrictEqual(yield* gateway.process.exited, { code: 0, signal: null })
      assert.deepStrictEqual([gateway.process.stderr(), processesOf(folder)], [[], []])
    }),
  )
})
