import { assert, describe, it } from "@effect/vitest"
import { banner, urlOf } from "../src/gateway/banner.ts"

const facts = {
  url: "http://127.0.0.1:8080",
  data: "/data",
  customer: "customer.example",
  authEnabled: false,
}

describe("urlOf", () => {
  it("names an address as this machine reaches it", () => {
    const at = (address: string) => urlOf({ address, port: 8080 })
    assert.strictEqual(at("127.0.0.1"), "http://127.0.0.1:8080")
    assert.strictEqual(at("0.0.0.0"), "http://127.0.0.1:8080")
    assert.strictEqual(at("10.1.2.3"), "http://10.1.2.3:8080")
    assert.strictEqual(at("::"), "http://[::1]:8080")
    assert.strictEqual(at("fd00::7"), "http://[fd00::7]:8080")
  })
})

describe("banner", () => {
  it("says where the api, the console, the data and the customer are", () => {
    const text = banner(facts)
    assert.include(text, "address    http://127.0.0.1:8080\n")
    assert.include(text, "console    http://127.0.0.1:8080/console\n")
    assert.include(text, "data       /data\n")
    assert.include(text, "customer   customer.example\n")
  })

  it("asks for secrets only where they are needed, and shows none", () => {
    assert.notInclude(banner(facts), "SECRET")
    const guarded = banner({ ...facts, authEnabled: true })
    assert.include(guarded, '-H "Authorization: Bearer $OPERATOR_TOKEN"')
    assert.include(guarded, '-H "X-Shared-Secret: $SHARED_SECRET"')
    assert.include(guarded, "console    http://127.0.0.1:8080/console, with an operator's token\n")
  })
})
