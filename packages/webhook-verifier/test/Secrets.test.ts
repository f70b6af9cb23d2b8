import { assert, describe, it } from "@effect/vitest"
import { compileVerifierOrThrow, prepareSecrets, SecretsInvalid } from "@lead-gateway/webhook-verifier"
import { Result } from "effect"
import { inspect } from "node:util"

const own = { header: "X-Signature", encoding: "hex", algorithm: "sha256", signed: "{body}" }
const inHex = { ...own, secret: { encoding: "hex", least_bytes: 2 } }

const messageOf = (document: object, secrets: ReadonlyArray<string>, handshake?: ReadonlyArray<string>) => {
  const prepared = prepareSecrets(compileVerifierOrThrow(document), secrets, handshake)
  if (Result.isSuccess(prepared)) return "valid"
  assert.instanceOf(prepared.failure, SecretsInvalid)
  return prepared.failure.message
}

const standard = { preset: "standard-webhooks" }
const base64 = (bytes: number) => Buffer.alloc(bytes, "s").toString("base64")
const expected = "expected whsec_ and at least 24 bytes in base64"

describe("prepareSecrets", () => {
  it.each([
    [standard, [`whsec_${base64(24)}`, `whsec_${base64(64)}`], "valid"],
    [standard, [], "expected at least one secret"],
    [standard, [`whsec_${base64(24)}`, `whsec_${base64(23)}`], `secret 2: ${expected}`],
    [standard, [base64(24)], `secret 1: ${expected}`],
    [standard, ["whsec_"], `secret 1: ${expected}`],
    [standard, [`whsec_${base64(25).slice(0, -1)}`], `secret 1: ${expected}`],
    [standard, [`whsec_${base64(24)} `], `secret 1: ${expected}`],
    [own, [""], "secret 1: expected a text of at least 1 byte"],
    [own, ["ü"], "valid"],
    [inHex, ["00FF"], "valid"],
    [inHex, ["00f"], "secret 1: expected at least 2 bytes in hex"],
    [inHex, ["00"], "secret 1: expected at least 2 bytes in hex"],
    [{ token_in_header: "X-Token" }, [""], "secret 1: expected a text of at least 1 byte"],
    [{ key_in_body: "key" }, ["x"], "valid"],
  ] as const)("%j with %j: %s", (document, secrets, message) => {
    assert.strictEqual(messageOf(document, secrets), message)
  })

  it("takes no empty token for a handshake", () => {
    assert.match(messageOf({ preset: "meta" }, ["secret"], ["a", ""]), /^secret 2: .*not empty$/)
  })

  it("prints nothing of a secret", () => {
    for (const document of [{ preset: "meta" }, { token_in_header: "X-Token" }]) {
      const verifier = compileVerifierOrThrow(document)
      const secrets = Result.getOrThrow(prepareSecrets(verifier, ["open-sesame"], ["open-sesame"]))
      const printed = inspect(secrets, { depth: 9 }) + JSON.stringify(secrets)
      assert.notInclude(printed, "open-sesame")
      assert.notInclude(printed, Buffer.from("open-sesame").toString("hex"))
    }
  })
})
