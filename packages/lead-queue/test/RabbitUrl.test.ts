import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import { RabbitUrl } from "../src/index.ts"

const shown = (text: string) =>
  Result.getOrElse(Result.map(RabbitUrl.parse(text), RabbitUrl.show), (why) => why)

describe("RabbitUrl", () => {
  it("reads one server and the nodes of a cluster, also over TLS, and a vhost", () => {
    for (const [text, expected] of [
      ["amqp://mq", "amqp://mq:5672/"],
      [" AMQP://10.0.0.1:7000/leads ", "amqp://10.0.0.1:7000/leads"],
      ["amqps://[::1]/%2F", "amqps://[::1]:5671/"],
      ["amqp://u:p@a,b:1/leads%2Feu", "amqp://a:5672,b:1/leads%2Feu"],
    ] as const)
      assert.strictEqual(shown(text), expected)
  })

  it("decodes credentials, and shows none", () => {
    const { password, username } = Result.getOrThrow(RabbitUrl.parse("amqp://u:p%40s@s:s/w?rd@a/v"))
    assert.deepStrictEqual([username, password && Redacted.value(password)], ["u", "p@s@s:s/w?rd"])
    assert.notInclude(shown("amqp://u:hunter2@a/v"), "hunter2")
  })

  it("says what is wrong, in words that hold nothing of the text", () => {
    for (const [text, why] of [
      ["hunter2", "that is no URL of RabbitMQ"],
      ["amqp://a?password=hunter2", "that is no URL of RabbitMQ"],
      ["amqp://hunter2:99999", "a host is wrong"],
      ["amqp://a,,b", "a host is wrong"],
      ["amqp://hunter2@a", "user name and password are wrong: percent-encode them"],
      ["amqp://a/hunter2/b", "the vhost is wrong: percent-encode it"],
      ["amqp://a/hunter2%", "the vhost is wrong: percent-encode it"],
    ] as const)
      assert.strictEqual(shown(text), why)
  })
})
