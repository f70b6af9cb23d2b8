import { assert, describe, it } from "@effect/vitest"
import * as Config from "@lead-gateway/config"
import { parseEnv } from "node:util"
import { read } from "./repository.ts"

const variables = [
  Config.databaseSettings,
  Config.dataDirectory,
  Config.apiSettings,
  Config.customerSettings,
  Config.workerSettings,
  Config.queueSettings,
  Config.fileSettings,
  Config.retentionSettings,
  Config.loggingSettings,
  Config.processSettings,
].flatMap((settings) => settings.variables)

const example = parseEnv(read(".env.example").replace(/^#(?=[A-Z_]+=)/gm, ""))

describe(".env.example", () => {
  it("shows every variable that is read, and no other", () => {
    assert.deepStrictEqual(Object.keys(example).toSorted(), variables.map(({ name }) => name).toSorted())
  })

  it("shows the defaults", () => {
    const defaults = variables.filter(({ fallback }) => fallback !== "none" && fallback !== "required")
    assert.deepStrictEqual(
      defaults.map(({ name }) => [name, example[name]]),
      defaults.map(({ name, fallback }) => [name, fallback]),
    )
  })

  it("sets nothing as long as nobody takes a # away", () => {
    assert.deepStrictEqual(parseEnv(read(".env.example")), {})
  })
})
