import { assert, describe, it } from "@effect/vitest"
import { apiSettings, withoutMapping } from "@lead-gateway/config"
import { Effect } from "effect"
import { load } from "./world.ts"

describe("an address", () => {
  it.each([
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::ffff:7f00:1", "127.0.0.1"],
    ["::FFFF:c000:0201", "192.0.2.1"],
    ["0:0:0:0:0:ffff:c000:201", "192.0.2.1"],
    ["::ffff:0:1", "0.0.0.1"],
    // None of these maps an IPv4 address.
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:0:c000:201", "::ffff:0:c000:201"],
    ["::1", "::1"],
    ["2001:db8::ffff:7f00:1", "2001:db8::ffff:7f00:1"],
    ["::ffff:7f00:1%eth0", "::ffff:7f00:1%eth0"],
    ["::ffff:999.0.0.1", "::ffff:999.0.0.1"],
    ["", ""],
  ])("%s is %s", (address, expected) => {
    assert.strictEqual(withoutMapping(address), expected)
  })

  it.effect("of a trusted proxy may be written so, a network too", () =>
    Effect.gen(function* () {
      const TRUSTED_PROXIES = "::ffff:7f00:1, ::ffff:10.0.0.0/104, ::ffff:0:0/90"
      const { value } = yield* load(apiSettings, { TRUSTED_PROXIES })
      assert.deepStrictEqual(value.trustedProxies, [
        { address: "127.0.0.1", prefix: 32, family: "ipv4" },
        { address: "10.0.0.0", prefix: 8, family: "ipv4" },
        { address: "::ffff:0:0", prefix: 90, family: "ipv6" },
      ])
    }),
  )
})
