import { assert, describe, it } from "@effect/vitest"
import { presets, type Reason } from "@lead-gateway/webhook-verifier"
import { Schema } from "effect"
import { gzipSync } from "node:zlib"
import { type Change, said, verdictOf } from "./support/verifying.ts"
import { meta, standard, stripe, type Vector, vectors } from "./support/vectors.ts"

const good = standard.headers["webhook-signature"] ?? ""
const base64 = good.slice(3)
const hex = meta.headers["x-hub-signature-256"]?.slice(7) ?? ""
const v1 = /v1=(\w+)/.exec(stripe.headers["stripe-signature"] ?? "")?.[1] ?? ""
const [at, minutes] = [1614265330, 60]

const ofStandard = (value: string | ReadonlyArray<string> | undefined): Change => ({
  headers: { "webhook-signature": value },
})
const ofTime = (value: string | ReadonlyArray<string> | undefined, now = at * 1000): Change => ({
  headers: { "webhook-timestamp": value },
  now,
})
const ofId = (value: string | ReadonlyArray<string> | undefined): Change => ({
  headers: { "webhook-id": value },
})
const ofMeta = (value: string | ReadonlyArray<string> | undefined): Change => ({
  headers: { "x-hub-signature-256": value },
})
const ofStripe = (value: string): Change => ({ headers: { "stripe-signature": value } })

type Row = readonly [what: string, vector: Vector, change: Change, expected: Reason | "Accepted"]

const rows: ReadonlyArray<Row> = [
  ["no signature", standard, ofStandard(undefined), "SignatureMissing"],
  ["an empty signature", standard, ofStandard(""), "SignatureMissing"],
  ["two headers as a list", standard, ofStandard([good, good]), "SignatureMissing"],
  ["a signature without its version", standard, ofStandard(base64), "SignatureMalformed"],
  ["a version alone", standard, ofStandard("v1,"), "SignatureMalformed"],
  ["another version", standard, ofStandard(`v2,${base64}`), "SignatureMalformed"],
  ["a version in upper case", standard, ofStandard(`V1,${base64}`), "SignatureMalformed"],
  ["an asymmetric version", standard, ofStandard(`v1a,${base64}`), "SignatureMalformed"],
  ["a space behind the version", standard, ofStandard(`v1, ${base64}`), "SignatureMalformed"],
  ["a truncated signature", standard, ofStandard(good.slice(0, 8)), "SignatureMalformed"],
  ["a signature without padding", standard, ofStandard(good.slice(0, -1)), "SignatureMalformed"],
  ["more padding", standard, ofStandard(`${good}=`), "SignatureMalformed"],
  [
    "an extra byte",
    standard,
    ofStandard(`v1,${Buffer.concat([Buffer.from(base64, "base64"), Buffer.from([0])]).toString("base64")}`),
    "SignatureMalformed",
  ],
  [
    "base64 of URLs",
    standard,
    ofStandard(good.replaceAll("+", "-").replaceAll("/", "_")),
    "SignatureMalformed",
  ],
  ["base64 that ends in other bits", standard, ofStandard(good.replace(/E=$/, "F=")), "SignatureMalformed"],
  [
    "hex instead of base64",
    standard,
    ofStandard(`v1,${Buffer.from(base64, "base64").toString("hex")}`),
    "SignatureMalformed",
  ],
  ["base64 in lower case", standard, ofStandard(good.toLowerCase()), "SignatureMalformed"],
  ["letters that only look alike", standard, ofStandard(good.replace("O", "\u041e")), "SignatureMalformed"],
  ["a NUL behind the signature", standard, ofStandard(`${good}\0`), "SignatureMalformed"],
  [
    "another signature of the same length",
    standard,
    ofStandard(`v1,${Buffer.alloc(32).toString("base64")}`),
    "SignatureMismatch",
  ],
  ["separated by commas", standard, ofStandard(`${good},${good}`), "SignatureMalformed"],
  ["separated by tabs", standard, ofStandard(`v2,x\t${good}`), "SignatureMalformed"],
  [
    "the good one among others",
    standard,
    ofStandard(`v1,${Buffer.alloc(32).toString("base64")} v2,x ${good} v1,x`),
    "Accepted",
  ],
  ["spaces around it", standard, ofStandard(`  ${good}  `), "Accepted"],
  ["sixteen, the last one good", standard, ofStandard(`${"v1,x ".repeat(15)}${good}`), "Accepted"],
  ["seventeen", standard, ofStandard(`${"v1,x ".repeat(16)}${good}`), "TooManySignatures"],
  ["a thousand", standard, ofStandard(`${good} `.repeat(1000)), "TooManySignatures"],

  ["no time", standard, ofTime(undefined), "TimestampMissing"],
  ["a time twice", standard, ofTime([String(at), String(at)]), "TimestampMissing"],
  ["a time twice, joined", standard, ofTime(`${at}, ${at}`), "TimestampMalformed"],
  ["a word", standard, ofTime("hello"), "TimestampMalformed"],
  ["a negative time", standard, ofTime(`-${at}`), "TimestampMalformed"],
  ["a sign", standard, ofTime(`+${at}`), "TimestampMalformed"],
  ["a leading zero", standard, ofTime(`0${at}`), "TimestampMalformed"],
  ["white space", standard, ofTime(` ${at}`), "TimestampMalformed"],
  ["decimals", standard, ofTime(`${at}.0`), "TimestampMalformed"],
  ["an exponent", standard, ofTime("1.614265330e9"), "TimestampMalformed"],
  ["hexadecimal", standard, ofTime(`0x${at.toString(16)}`), "TimestampMalformed"],
  ["digits of another script", standard, ofTime("١٦١٤٢٦٥٣٣٠"), "TimestampMalformed"],
  ["ISO 8601", standard, ofTime("2021-02-25T15:02:10Z"), "TimestampMalformed"],
  ["infinity", standard, ofTime("Infinity"), "TimestampMalformed"],
  ["a time of 400 digits", standard, ofTime("9".repeat(400)), "TimestampMalformed"],
  ["milliseconds", standard, ofTime(`${at}000`), "TimestampMalformed"],
  ["the far future", standard, ofTime("999999999999"), "TimestampInFuture"],
  ["the beginning of time", standard, ofTime("0"), "TimestampTooOld"],
  ["another time within the tolerance", standard, ofTime(String(at + 1)), "SignatureMismatch"],
  ["five minutes later", standard, { now: (at + 5 * minutes) * 1000 }, "Accepted"],
  ["a millisecond more", standard, { now: (at + 5 * minutes) * 1000 + 1 }, "TimestampTooOld"],
  ["five minutes early", standard, { now: (at - 5 * minutes) * 1000 }, "Accepted"],
  ["a millisecond less", standard, { now: (at - 5 * minutes) * 1000 - 1 }, "TimestampInFuture"],

  ["no id", standard, ofId(undefined), "IdMissing"],
  ["an empty id", standard, ofId(""), "IdMissing"],
  ["an id with a space", standard, ofId("msg_a msg_b"), "IdMalformed"],
  ["an id of 256 characters", standard, ofId("x".repeat(256)), "IdMalformed"],
  ["an id beyond ASCII", standard, ofId("msg_ü"), "IdMalformed"],
  ["another id", standard, ofId("msg_other"), "SignatureMismatch"],
  [
    "a part of the id in the time",
    standard,
    { headers: { "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek.1" } },
    "SignatureMismatch",
  ],

  ["the compressed body", standard, { body: gzipSync(standard.body) }, "SignatureMismatch"],
  ["the body with a byte order mark", standard, { body: `\u{FEFF}${standard.body}` }, "SignatureMismatch"],
  [
    "the body written again",
    standard,
    { body: JSON.stringify(JSON.parse(standard.body)) },
    "SignatureMismatch",
  ],
  ["the body in UTF-16", standard, { body: Buffer.from(standard.body, "utf16le") }, "SignatureMismatch"],
  ["no body", standard, { body: "" }, "SignatureMismatch"],

  ["hex in upper case", meta, ofMeta(`sha256=${hex.toUpperCase()}`), "Accepted"],
  ["a prefix in upper case", meta, ofMeta(`SHA256=${hex}`), "SignatureMalformed"],
  ["no prefix", meta, ofMeta(hex), "SignatureMalformed"],
  ["another prefix", meta, ofMeta(`sha1=${hex}`), "SignatureMalformed"],
  ["two headers, joined", meta, ofMeta(`sha256=${hex}, sha256=${hex}`), "SignatureMalformed"],
  ["a digit less", meta, ofMeta(`sha256=${hex.slice(1)}`), "SignatureMalformed"],
  ["a letter that is no digit", meta, ofMeta(`sha256=g${hex.slice(1)}`), "SignatureMalformed"],
  ["a space within", meta, ofMeta(`sha256=${hex.slice(0, 32)} ${hex.slice(33)}`), "SignatureMalformed"],
  [
    "base64 instead of hex",
    meta,
    ofMeta(`sha256=${Buffer.from(hex, "hex").toString("base64")}`),
    "SignatureMalformed",
  ],
  ["the prefix of the secret", meta, { secrets: [meta.secret.slice(0, -1)] }, "SignatureMismatch"],
  [
    "the secret with a NUL, which HMAC itself would pad it with",
    meta,
    { secrets: [`${meta.secret}\0x`] },
    "SignatureMismatch",
  ],

  ["no time in the header", stripe, ofStripe(`v1=${v1}`), "TimestampMissing"],
  ["an empty time", stripe, ofStripe(`t=,v1=${v1}`), "TimestampMalformed"],
  ["two times", stripe, ofStripe(`t=1492774577,t=1492774577,v1=${v1}`), "TimestampMalformed"],
  ["only the old version", stripe, ofStripe(`t=1492774577,v0=${v1}`), "SignatureMalformed"],
  ["spaces between the parts", stripe, ofStripe(`t=1492774577, v1=${v1}`), "Accepted"],
  ["another time in the header", stripe, ofStripe(`t=1492774578,v1=${v1}`), "SignatureMismatch"],
  ["the parts in another order", stripe, ofStripe(`v1=${v1},t=1492774577`), "Accepted"],
  ["separated by semicolons", stripe, ofStripe(`t=1492774577;v1=${v1}`), "SignatureMalformed"],
]

describe("hostile requests", () => {
  it("are at least 60", () => assert.isAtLeast(rows.length, 60))

  it.each(rows.map(([what, vector, change, expected]) => ({ what, vector, change, expected })))(
    "with $what, to $vector.name: $expected",
    ({ change, expected, vector }) => {
      assert.strictEqual(said(verdictOf(vector, change)), expected)
    },
  )
})

describe("a token", () => {
  const token = vectors.find(({ document }) => "token_in_header" in document) ?? assert.fail("no vector")
  it.each([
    ["Bearer open-sesame", "Accepted"],
    ["bearer open-sesame", "TokenMissing"],
    ["Bearer open-sesame ", "TokenMismatch"],
    ["Bearer ", "TokenMismatch"],
    ["open-sesame", "TokenMissing"],
    ["", "TokenMissing"],
  ])("in '%s': %s", (authorization, expected) => {
    assert.strictEqual(said(verdictOf(token, { headers: { authorization } })), expected)
  })
})

describe("a key in the body", () => {
  const google = vectors.find(({ name }) => name === "Google Ads") ?? assert.fail("no vector")
  it.each([
    ['{"google_key":"google-key"}', "Accepted"],
    ['{"google_key":"other","google_key":"google-key"}', "Accepted"],
    ['{"google_key":"google-key","google_key":"other"}', "KeyMismatch"],
    ['{"google_key":"GOOGLE-KEY"}', "KeyMismatch"],
    ['{"google_key":["google-key"]}', "KeyMissing"],
    ['{"google_key":""}', "KeyMissing"],
    ['{"google_key":null}', "KeyMissing"],
    ['{"__proto__":{"google_key":"google-key"}}', "KeyMissing"],
    ['{"lead":{"google_key":"google-key"}}', "KeyMissing"],
    ['[{"google_key":"google-key"}]', "KeyMissing"],
    ['"google-key"', "KeyMissing"],
    ["google_key=google-key", "KeyMissing"],
    ["", "KeyMissing"],
    [Buffer.from('{"google_key":"google-key\xff"}', "latin1"), "KeyMissing"],
  ])("%s: %s", (body, expected) => {
    assert.strictEqual(said(verdictOf(google, { body })), expected)
  })
})

describe("whatever comes", () => {
  const names = [...new Set(vectors.flatMap(({ headers }) => Object.keys(headers)))]
  const keys = Object.keys(presets)

  it.prop(
    "a verdict is given, and nothing that nobody signed is accepted",
    [Schema.Array(Schema.String), Schema.String, Schema.String],
    ([values, body, url]) => {
      assert.lengthOf(keys, 10)
      const headers = Object.fromEntries(
        names.map((name, i) => [name, values[i % (values.length || 1)] ?? ""]),
      )
      for (const vector of vectors) {
        const verdict = verdictOf(vector, { headers, body, url, now: values.length })
        assert.strictEqual(verdict._tag, "Refused")
      }
    },
  )
})
