import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { withShippedFiles } from "@lead-gateway/config"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const files = {
  attributeMapping: "config/customer_attribute_mapping.json",
  leadRules: "config/lead_rules.json",
  normalizerProfile: "elsewhere/profile.json",
  payloadTemplate: "config/customer_payload_template.json",
}

const started = process.cwd()
let folder = ""
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lead-gateway-files-"))
  process.chdir(folder)
})
afterEach(() => {
  process.chdir(started)
  rmSync(folder, { recursive: true })
})

describe("withShippedFiles", () => {
  it("takes those that ship where the working directory has no configuration, and what is named stays", () => {
    assert.deepStrictEqual(withShippedFiles(files, "/shipped"), {
      attributeMapping: "/shipped/customer_attribute_mapping.json",
      leadRules: "/shipped/lead_rules.json",
      normalizerProfile: "elsewhere/profile.json",
      payloadTemplate: "/shipped/customer_payload_template.json",
    })
  })

  it("takes none beside a configuration of the operator's, even where a file of it is missing", () => {
    mkdirSync("config")
    assert.deepStrictEqual(withShippedFiles(files, "/shipped"), files)
  })
})
