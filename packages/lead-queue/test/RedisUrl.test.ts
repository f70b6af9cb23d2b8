import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import { RedisUrl } from "../src/index.ts"

const shown = (text: string) =>
  Result.getOrElse(Result.map(RedisUrl.parse(text), RedisUrl.show), (why) => why)

const credentials = (text: string) => {
  const { username, password } = Result.getOrThrow(RedisUrl.parse(text))
  return [username, password === undefined ? undefined : Redacted.value(password)]
}

describe("RedisUrl", () => {
  it("reads one server, Sentinels and a Cluster, each also over TLS", () => {
    for (const [text, expected] of [
      ["redis://cache", "redis://cache:6379/0"],
      [" REDIS://10.0.0.1:7000/12 ", "redis://10.0.0.1:7000/12"],
      ["rediss://[::1]/", "rediss://[::1]:6379/0"],
      ["redis+sentinel://a,b:1/main", "redis+sentinel://a:26379,b:1/main/0"],
      ["rediss+sentinel://a/main/3", "rediss+sentinel://a:26379/main/3"],
      ["redis+cluster://a,b:7001", "redis+cluster://a:6379,b:7001"],
      ["rediss+cluster://u:p@a", "rediss+cluster://a:6379"],
    ] as const)
      assert.strictEqual(shown(text), expected)
  })

  it("decodes credentials, and shows none", () => {
    assert.deepStrictEqual(credentials("redis://a"), [undefined, undefined])
    assert.deepStrictEqual(credentials("redis://:p%40ss@a"), [undefined, "p@ss"])
    assert.deepStrictEqual(credentials("redis://u:p@s:s/w?rd@a/1"), ["u", "p@s:s/w?rd"])
    assert.notInclude(shown("redis://u:hunter2@a/1"), "hunter2")
  })

  it("says what is wrong, in words that hold nothing of the text", () => {
    for (const [text, why] of [
      ["hunter2", "that is no URL of Redis"],
      ["http://hunter2", "that is no URL of Redis"],
      ["redis://a?password=hunter2", "that is no URL of Redis"],
      ["redis://hunter2:99999", "a host is wrong"],
      ["redis://a,,b", "a host is wrong"],
      ["redis://a,b", "one server has one host"],
      ["redis://hunter2@a", "user name and password are wrong: percent-encode them"],
      ["redis://:hunter2%@a", "user name and password are wrong: percent-encode them"],
      ["redis+sentinel://a", "the master's name is wrong"],
      ["redis://a/hunter2", "the database is wrong"],
      ["redis://a/1/2", "the database is wrong"],
      ["redis+cluster://a/1", "a Cluster has no databases"],
    ] as const)
      assert.strictEqual(shown(text), why)
  })
})
