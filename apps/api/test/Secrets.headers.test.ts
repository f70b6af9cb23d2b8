import { assert, describe, it } from "@effect/vitest"
import { sourceHeaders } from "../src/Secrets.ts"

const stored = (headers: Parameters<typeof sourceHeaders>[0]): unknown => JSON.parse(sourceHeaders(headers))

describe("the headers of a webhook", () => {
  it("are stored as they came", () => {
    const headers = {
      host: "x",
      "user-agent": 'Landing "Page"',
      "x-campaign": "winter, spring",
      accept: "*/*",
    }
    assert.deepStrictEqual(stored(headers), headers)
  })

  it("are stored without secrets, whatever they are called", () => {
    const names = [
      "x-shared-secret",
      "authorization",
      "proxy-authorization",
      "x-authorisation",
      "cookie",
      "x-api-key",
      "apikey",
      "x-auth-token",
      "x-hub-signature-256",
      "x-amz-credential",
      "x-password",
      "x-session-id",
    ]
    assert.deepStrictEqual(
      stored(Object.fromEntries(names.map((name) => [name, "hidden"]))),
      Object.fromEntries(names.map((name) => [name, "[redacted]"])),
    )
    assert.deepStrictEqual(stored({ "set-cookie": ["a=hidden", "b=hidden"] }), { "set-cookie": "[redacted]" })
  })

  it("keep names that mean something to programs", () => {
    const headers = JSON.parse('{"__proto__":"x","constructor":"y"}') as Record<string, string>
    assert.strictEqual(sourceHeaders(headers), '{"__proto__":"x","constructor":"y"}')
  })

  it("are stored without secrets however many names senders make up", () => {
    for (let i = 0; i < 3000; i++) {
      assert.deepStrictEqual(stored({ [`x-${i}`]: "a", [`x-${i}-token`]: "hidden" }), {
        [`x-${i}`]: "a",
        [`x-${i}-token`]: "[redacted]",
      })
    }
  })

  it("keep bytes beyond ASCII", () => {
    assert.deepStrictEqual(stored({ "x-name": "\u00e4\u00ff\t" }), { "x-name": "\u00e4\u00ff\t" })
  })
})
