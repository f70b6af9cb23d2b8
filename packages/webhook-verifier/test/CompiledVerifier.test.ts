import { assert, describe, it } from "@effect/vitest"
import {
  compileVerifier,
  compileVerifierOrThrow,
  presets,
  type SignatureVerifier,
  VerifierInvalid,
} from "@lead-gateway/webhook-verifier"
import { anyJson } from "@lead-gateway/testkit/any-json"
import { Schema } from "effect"
import {
  KeyVerifier,
  PresetVerifier,
  SignatureVerifier as shape,
  TokenVerifier,
} from "../src/VerifierDocument.ts"

const messageOf = (json: unknown): string => {
  const compiled = compileVerifier(json)
  return compiled._tag === "Failure" ? compiled.failure.message : "valid"
}

const own = {
  header: "X-Signature",
  encoding: "hex",
  algorithm: "sha256",
  signed: "{body}",
} satisfies SignatureVerifier

const timed = {
  ...own,
  signed: "{timestamp}.{body}",
  timestamp: { header: "X-Time", unit: "s" },
} satisfies SignatureVerifier

describe("compileVerifier", () => {
  it.each(Object.entries(presets))(
    "compiles the preset %s, by its name and as a document",
    (preset, document) => {
      assert.deepStrictEqual(compileVerifierOrThrow({ preset }), compileVerifierOrThrow(document))
    },
  )

  it("says all that is wrong", () => {
    const wrong = {
      ...own,
      header: "X Signature",
      encoding: "base32",
      algorithm: "md5",
      signed: "{bodi}",
      sign: 1,
    }
    assert.strictEqual(
      messageOf(wrong),
      [
        "sign: found 1, expected no key but $schema, header, prefix, separator, encoding, algorithm, signed, timestamp, id, url, secret, secrets, handshake",
        'header: found "X Signature", expected the name of a header, such as X-Signature',
        'encoding: found "base32", expected "hex" or "base64"',
        'algorithm: found "md5", expected "sha256" or "sha1" or "sha512"',
        'signed: found "{bodi}", expected {timestamp}, {id}, {body}, {method}, {url}, {path} or {header:X-Name} in braces',
      ].join("\n"),
    )
    assert.throws(() => compileVerifierOrThrow(wrong), VerifierInvalid)
  })

  it.each([
    [{ preset: "facebook" }, /^preset: found "facebook", expected "standard-webhooks" or "meta"/],
    [{ preset: "meta", tolerance: "5m" }, /^tolerance: found "5m", expected no such key: meta has no time$/],
    [{ preset: "meta", url_base: "https://x.example" }, /^url_base: .* meta has no signed URL$/],
    [{ preset: "stripe", handshake_secrets: "x" }, /^handshake_secrets: .* stripe has no handshake/],
    [{ preset: "linkedin", handshake_secrets: "x" }, /^handshake_secrets: .* linkedin has no handshake/],
    [{ preset: "google-ads", tolerance: "5m", url_base: "https://x.example" }, /^tolerance: .*\nurl_base: /],
    [{ preset: "hubspot-v3", url_base: "leads.example" }, /^url_base: .* expected the URL in front/],
    [{ preset: "hubspot-v3", url_base: "https://leads.example/" }, /^url_base: /],
    [{ preset: "stripe", tolerance: "25h" }, /^tolerance: .* up to 24h$/],
    [{ preset: "stripe", tolerance: "0s" }, /^tolerance: /],
    [{ ...own, signed: "no body" }, /^signed: .* \{body\} exactly once$/],
    [{ ...own, signed: "{body}{body}" }, /^signed: .* exactly once$/],
    [{ ...own, signed: "{body" }, /^signed: .* every brace closed, or written twice$/],
    [{ ...own, signed: "{body}}" }, /^signed: .* every brace closed, or written twice$/],
    [{ ...own, signed: "{header:two words}{body}" }, /^signed: .* in braces$/],
    [
      { ...own, signed: "{timestamp}{body}" },
      /^timestamp: found nothing, expected the header of \{timestamp\}/,
    ],
    [{ ...own, signed: "{id}{body}" }, /^id: found nothing, expected the header of \{id\}/],
    [{ ...own, id: "X-Id" }, /^signed: .* \{id\}: anybody can change what is not signed$/],
    [{ ...timed, signed: "{body}" }, /^signed: .* \{timestamp\}: anybody can change/],
    [
      { ...timed, timestamp: { header: "x-signature", unit: "s" } },
      /^timestamp: .* a prefix and a separator/,
    ],
    [{ ...own, url: { decode: "/" } }, /^url: .* \{url\} is not signed$/],
    [{ ...own, handshake: { kind: "hmac", challenge: "c", response: "r" } }, /^signed: .* no challenge/],
    [
      { ...own, signed: "abc-123{body}", handshake: { kind: "hmac", challenge: "c", response: "r" } },
      /^signed: /,
    ],
    [
      { ...own, handshake: { kind: "echo", challenge: "c", token: "t" } },
      /^handshake\.secrets: found nothing/,
    ],
    [{ ...own, handshake: { kind: "post" } }, /^handshake\.kind: found "post", expected "echo" or "hmac"$/],
    [{ token_in_header: "Authorization", encoding: "hex" }, /^encoding: found "hex", expected no key but/],
    [{ key_in_body: "a..b" }, /^key_in_body: found "a\.\.b", expected a path/],
    [{}, /^header: found nothing, expected the name of a header/],
    ["{}", /^webhook verifier: found "\{\}", expected parsed JSON, not its text$/],
    [[], /^webhook verifier: found \[\], expected an object with the key preset/],
    [null, /^webhook verifier: found null, expected an object/],
  ] as const)("refuses %j", (json, message) => {
    assert.match(messageOf(json), message)
  })

  it("takes braces that are written twice, and text beyond ASCII", () => {
    assert.strictEqual(messageOf({ ...own, signed: "{{ü}}{body}" }), "valid")
  })

  it("says so of values that cannot be read", () => {
    const hostile = new Proxy({}, { ownKeys: () => assert.fail("read") })
    assert.match(messageOf(hostile), /^webhook verifier: /)
  })

  const { value } = anyJson({
    keys: [shape, TokenVerifier, KeyVerifier, PresetVerifier].flatMap(({ node }) => Object.keys(node.fields)),
    texts: ["meta", "hex", "sha256", "{body}", "{id}.{body}", "5m", "X-Signature", "echo", "hmac"],
  })

  it.prop("never throws, and says what is wrong", [value], ([json]) => {
    const compiled = compileVerifier(json)
    if (compiled._tag === "Failure") assert.isNotEmpty(compiled.failure.diagnostics)
  })

  it.prop(
    "never throws for documents with any one value in them",
    [value, Schema.Literals(Object.keys(shape.node.fields))],
    ([json, key]) => {
      for (const document of [
        { ...timed, [key]: json },
        { ...timed, timestamp: { header: json, unit: json } },
        { ...own, handshake: { kind: "echo", challenge: json, token: json, secrets: json, where: json } },
      ]) {
        const compiled = compileVerifier(document)
        if (compiled._tag === "Failure") assert.isNotEmpty(compiled.failure.diagnostics)
      }
    },
  )
})
