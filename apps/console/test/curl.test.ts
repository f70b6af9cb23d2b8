import { execFileSync } from "node:child_process"
import { assert, describe, it } from "vitest"
import { curlOf } from "../web/curl.ts"

describe("a webhook as a command", () => {
  it("gives a shell the payload as it is, whatever it holds", () => {
    const payload = {
      note: `it's "quoted" $HOME \`id\` \\ \n ; rm -rf`,
      id: JSON.rawJSON("12345678901234567890"),
    }
    const command = curlOf("http://localhost:8080", payload, true)
    const printed = execFileSync(
      "sh",
      ["-c", `curl() { printf '%s\\n' "$@"; }; SHARED_SECRET=s; ${command}`],
      { encoding: "utf8" },
    )
    assert.deepStrictEqual(printed.trimEnd().split("\n"), [
      "http://localhost:8080/webhooks/leads",
      "-H",
      "Content-Type: application/json",
      "-H",
      "X-Shared-Secret: s",
      "-d",
      JSON.stringify(payload),
    ])
  })
})
