import { assert, describe, it } from "@effect/vitest"
import {
  answerHandshake,
  compileVerifierOrThrow,
  hasHandshake,
  prepareSecrets,
  verify,
} from "@lead-gateway/webhook-verifier"
import { Result, Schema } from "effect"

const meta = compileVerifierOrThrow({ preset: "meta" })
const metaSecrets = Result.getOrThrow(prepareSecrets(meta, ["app-secret"], ["old-token", "meatyhamhock"]))
const linkedin = compileVerifierOrThrow({ preset: "linkedin" })
const linkedinSecrets = Result.getOrThrow(prepareSecrets(linkedin, ["linkedin-client-secret", "old"]))

const answerOf = (verifier: typeof meta, query: string) => {
  const secrets = verifier === meta ? metaSecrets : linkedinSecrets
  const answer = answerHandshake(verifier, { url: `/webhooks/leads${query}`, secrets })
  return answer._tag === "Refused" ? answer.reason : `${answer.contentType} ${answer.body}`
}

describe("the handshake of Meta", () => {
  // The request of developers.facebook.com/docs/graph-api/webhooks/getting-started.
  const query = "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meatyhamhock"

  it.each([
    [query, "text/plain 1158201444"],
    [query.replace("meatyhamhock", "old-token"), "text/plain 1158201444"],
    [`${query}&further=1`, "text/plain 1158201444"],
    [query.replace("meatyhamhock", "app-secret"), "TokenMismatch"],
    [query.replace("meatyhamhock", "MEATYHAMHOCK"), "TokenMismatch"],
    [query.replace("meatyhamhock", ""), "TokenMissing"],
    [`${query}&hub.verify_token=other`, "TokenMismatch"],
    [`${query}&hub.challenge=2`, "ChallengeMalformed"],
    [query.replace("subscribe", "unsubscribe"), "ChallengeMalformed"],
    [query.replace("hub.mode", "mode"), "ChallengeMalformed"],
    [query.replace("1158201444", "%3Cscript%3E"), "ChallengeMalformed"],
    [query.replace("1158201444", "1%0d%0a"), "ChallengeMalformed"],
    [query.replace("1158201444", ""), "ChallengeMalformed"],
    [query.replace("1158201444", "1".repeat(257)), "ChallengeMalformed"],
    ["", "ChallengeMissing"],
    ["?", "ChallengeMissing"],
  ])("%s: %s", (query, expected) => {
    assert.strictEqual(answerOf(meta, query), expected)
  })

  it("is there with tokens alone", () => {
    assert.isTrue(hasHandshake(meta, metaSecrets))
    assert.isFalse(hasHandshake(meta, Result.getOrThrow(prepareSecrets(meta, ["app-secret"]))))
    const stripe = compileVerifierOrThrow({ preset: "stripe" })
    assert.isFalse(hasHandshake(stripe, Result.getOrThrow(prepareSecrets(stripe, ["secret"]))))
    assert.isTrue(hasHandshake(linkedin, linkedinSecrets))
  })
})

describe("the handshake of LinkedIn", () => {
  // The challenge of learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation; the response by OpenSSL.
  const challenge = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
  const body = `{"challengeCode":"${challenge}","challengeResponse":"e9567c49fee6d803311de224f2be5dc1b7f61cae1810ae05866223f4caa1724f"}`

  it.each([
    [`?challengeCode=${challenge}`, `application/json ${body}`],
    [`?applicationId=7&challengeCode=${challenge}#x`, `application/json ${body}`],
    [`?challengeCode=${challenge}&challengeCode=${challenge}`, "ChallengeMalformed"],
    [`?challengeCode=${challenge}0`, "ChallengeMalformed"],
    ["?challengeCode=", "ChallengeMalformed"],
    ["?challengecode=x", "ChallengeMissing"],
  ])("%s: %s", (query, expected) => {
    assert.strictEqual(answerOf(linkedin, query), expected)
  })

  it("signs no body for anybody who asks", () => {
    const lead = '{"email":"customer@example.com"}'
    for (const text of [lead, `hmacsha256=${lead}`, "{}", "hmacsha256={}"]) {
      assert.strictEqual(
        answerOf(linkedin, `?challengeCode=${encodeURIComponent(text)}`),
        "ChallengeMalformed",
      )
    }
    // Nor does the signature of a challenge fit a body that is one.
    const [, response = ""] = /"challengeResponse":"(\w+)"/.exec(body) ?? []
    const rawBody = Buffer.from(challenge)
    const headers = { "x-li-signature": response }
    const webhook = { method: "POST", url: "/", headers, rawBody, now: 0, secrets: linkedinSecrets }
    assert.deepStrictEqual(verify(linkedin, webhook), { _tag: "Refused", reason: "SignatureMismatch" })
  })

  it.prop("answers only UUIDs", [Schema.String], ([text]) => {
    assert.match(
      answerOf(linkedin, `?challengeCode=${encodeURIComponent(text.toWellFormed())}`),
      /^Challenge/,
    )
  })
})
