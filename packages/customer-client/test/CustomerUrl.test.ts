import { assert, describe, it } from "@effect/vitest"
import { checkUrl } from "@lead-gateway/customer-client"
import { Result } from "effect"

const reasonOf = (url: string, allowPrivate: boolean) => {
  const result = checkUrl(url, { allowPrivate })
  return Result.isFailure(result) ? result.failure.reason : "allowed"
}

describe("checkUrl", () => {
  it.each([
    "http://169.254.169.254/latest/meta-data",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0xA9.0xFE.0xA9.0xFE/",
    "http://0251.0376.0251.0376/",
    "http://169.16689662/",
    "http://169.254.169.254./",
    "http://１６９.254.169.254/",
    "http://[fe80::1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://[fd00:ec2::254]/",
    "http://100.100.100.200/",
    "http://0/",
    "http://0.0.0.0:8080/",
    "http://[::]/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
  ])("refuses %s, whatever is allowed", (url) => {
    assert.strictEqual(reasonOf(url, true), "Address")
    assert.strictEqual(reasonOf(url, false), "Address")
  })

  it.each([
    "http://127.0.0.1:3000/",
    "http://127.1/",
    "http://2130706433/",
    "http://[::1]/",
    "http://10.1.2.3/",
    "http://0x0a010203/",
    "http://192.168.0.1/",
    "http://[fd12::1]/",
    "http://[::ffff:7f00:1]/",
  ])("refuses %s unless private addresses are allowed", (url) => {
    assert.strictEqual(reasonOf(url, false), "Address")
    assert.strictEqual(reasonOf(url, true), "allowed")
  })

  it.each([
    "https://customer.example/leads?source=web",
    "http://1.1.1.1/",
    "https://[2606:4700::1111]:8443/x",
  ])("allows %s", (url) => {
    assert.deepStrictEqual(Result.map(checkUrl(url, { allowPrivate: false }), String), Result.succeed(url))
  })

  it.each([
    ["", "Syntax"],
    ["customer.example/leads", "Syntax"],
    ["/leads", "Syntax"],
    ["http://", "Syntax"],
    ["http://1.2.3.4.5.6.7.256/", "Syntax"],
    ["ftp://customer.example/", "Scheme"],
    ["file:///etc/passwd", "Scheme"],
    ["javascript:alert(1)", "Scheme"],
    ["https://user@customer.example/", "Credentials"],
    ["https://user:password@customer.example/", "Credentials"],
    ["https://:password@customer.example/", "Credentials"],
  ])("refuses %s: %s", (url, reason) => {
    assert.strictEqual(reasonOf(url, true), reason)
  })

  it.each([
    ["http://127.0.0.1:3000/", ["127.0.0.1"], "allowed"],
    ["http://2130706433/", ["127.0.0.1"], "allowed"],
    ["http://[::ffff:127.0.0.1]/", ["127.0.0.1"], "allowed"],
    ["http://127.0.0.2/", ["127.0.0.1"], "Address"],
    ["http://10.200.3.4/", ["192.168.0.0/16", "10.0.0.0/8"], "allowed"],
    ["http://11.0.0.1/", ["192.168.0.0/16", "10.0.0.0/8"], "allowed"], // a public address
    ["http://172.16.0.1/", ["192.168.0.0/16", "10.0.0.0/8"], "Address"],
    ["http://[::1]/", ["::1"], "allowed"],
    ["http://[fd12::1]/", ["fd00::/8"], "allowed"],
    ["http://[fd00:ec2::254]/", ["fd00::/8"], "Address"], // metadata
    ["http://100.100.100.200/", ["100.64.0.0/10"], "Address"], // metadata
    ["http://169.254.169.254/", ["169.254.0.0/16"], "Address"],
    ["http://127.0.0.1/", ["0.0.0.0/0"], "Address"], // no network to be allowed
    ["http://127.0.0.1/", ["localhost"], "Address"],
    ["http://localhost/", [], "allowed"], // looked at when it is resolved
  ] as const)("of %s with %j allowed: %s", (url, allow, expected) => {
    const result = checkUrl(url, { allow })
    assert.strictEqual(Result.isFailure(result) ? result.failure.reason : "allowed", expected)
  })

  it("refuses port 0, which is no port", () => {
    assert.strictEqual(reasonOf("https://customer.example:0/", true), "Syntax")
  })

  it("never quotes the URL", () => {
    for (const url of [
      "hush",
      "hush://customer.example",
      "https://hush:hush@customer.example",
      "http://10.0.0.1/hush?hush",
    ]) {
      const result = checkUrl(url, { allowPrivate: false })
      assert.isTrue(Result.isFailure(result))
      if (Result.isFailure(result)) assert.notInclude(result.failure.message, "hush")
    }
  })

  it("names a refused address and what it is", () => {
    const result = checkUrl("http://2852039166/", { allowPrivate: true })
    if (Result.isSuccess(result)) return assert.fail("allowed")
    assert.strictEqual(
      result.failure.message,
      "the customer's URL leads to 169.254.169.254, a forbidden address",
    )
  })

  it("gives a URL of its own, without the fragment", () => {
    const given = new URL("https://customer.example/leads#part")
    const checked = Result.getOrThrow(checkUrl(given, { allowPrivate: false }))
    given.hostname = "169.254.169.254"
    assert.strictEqual(checked.href, "https://customer.example/leads")
  })
})
