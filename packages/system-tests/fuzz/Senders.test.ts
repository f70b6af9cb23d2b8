/** What the oracle knows of keys, signatures, forms and roles, and the scan for leads' values in outputs. */
import { assert, describe, it } from "@effect/vitest"
import { type ApiName, apis, secrets, signatureOf, viewerToken } from "./generate/apis.ts"
import { expectedOf } from "./oracle/Expected.ts"
import { readForm } from "./oracle/FormReader.ts"
import { meaningOf } from "./oracle/JsonReader.ts"
import { readRequests } from "./oracle/RequestReader.ts"
import type { Acknowledged, Verdict } from "./oracle/Verdict.ts"
import { makeKeyBook } from "./support/KeyBook.ts"
import { leaksIn, writingsOf } from "./support/leaks.ts"

const expected = (text: string, api: ApiName) => {
  const [request] = readRequests(Buffer.from(text, "latin1")).requests
  return expectedOf(request ?? assert.fail("a request"), apis[api])
}
const statuses = (text: string, api: ApiName) => [...expected(text, api).statuses].toSorted((a, b) => a - b)
const post = (head: string, body = '{"a":1}') =>
  `POST /webhooks/leads HTTP/1.1\r\nHost: localhost\r\n${head}Content-Length: ${body.length}\r\n\r\n${body}`
const get = (path: string, token?: string) =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${token === undefined ? "" : `Authorization: Bearer ${token}\r\n`}\r\n`
const shared = `X-Shared-Secret: ${secrets.sender}\r\n`
const urlencoded = "Content-Type: application/x-www-form-urlencoded\r\n"

describe("the table of allowed answers", () => {
  it.each<[string, string, ApiName, ReadonlyArray<number>]>([
    ["a key", post("Idempotency-Key: k\r\n"), "open", [200, 422]],
    ["an empty key", post("Idempotency-Key: \r\n"), "open", [400]],
    ["two keys", post("webhook-id: k\r\nwebhook-id: l\r\n"), "open", [400]],
    ["one key twice", post("webhook-id: k\r\nwebhook-id: k\r\n"), "open", [200, 422]],
    ["an equal body", post(shared), "signed", [200]],
    ["a key in the payload", post(shared, '{"lead_id":"k"}'), "signed", [200, 422]],
    [
      "a signature",
      post(`X-Hub-Signature-256: sha256=${signatureOf("body", '{"a":1}')}\r\n`),
      "signed",
      [200],
    ],
    [
      "a signature of another body",
      post(`X-Hub-Signature-256: sha256=${signatureOf("body", "{}")}\r\n`),
      "signed",
      [401],
    ],
    [
      "a signature where none counts",
      post(`X-Hub-Signature-256: sha256=${signatureOf("body", '{"a":1}')}\r\n`),
      "guarded",
      [401],
    ],
    [
      "a signed id",
      post(`X-Fuzz-Signature: ${signatureOf("id", "k.", '{"a":1}')}\r\nwebhook-id: k\r\n`),
      "signed",
      [200, 422],
    ],
    ["a form", post(shared + urlencoded, "a=1"), "signed", [200]],
    ["a form where none is accepted", post(shared + urlencoded, "a=1"), "guarded", [415]],
    ["a broken form", post(shared + urlencoded, "a=%"), "signed", [400]],
    ["a handshake", get("/webhooks/leads?hub.mode=x"), "signed", [200, 400, 401]],
    ["no handshake", get("/webhooks/leads?hub.mode=x"), "guarded", [405]],
    ["a list for viewers", get("/api/v1/leads", viewerToken), "guarded", [200, 400]],
    ["values for viewers", get("/stats/leads/1/history", viewerToken), "guarded", [403]],
    ["the audit for operators", get("/api/v1/audit", secrets.operator), "guarded", [200, 400]],
    ["the audit for nobody", get("/api/v1/audit"), "guarded", [401]],
    ["a method that tokens do not have", get("/api/v1/tokens/1"), "open", [405]],
  ])("knows what %s may be answered", (_, text, api, allowed) => {
    assert.deepStrictEqual(statuses(text, api), allowed)
  })

  it("knows the text that refuses a list", () => {
    assert.strictEqual(expected(post("", "[{}]"), "open").error, "the payload must be one JSON object")
  })
})

describe("the reader of forms", () => {
  it.each<[string, string, string]>([
    ["a=1+2&a=%C3%A4&&b", urlencoded.slice(14, -2), '{"a":["1 2","ä"],"b":""}'],
    [
      "h[o]=t&l[]=1&l[][x]=2&[y]=3",
      urlencoded.slice(14, -2),
      '{"[y]":"3","h":{"o":"t"},"l":["1",{"x":"2"}]}',
    ],
    ["a=1&a[b]=2", urlencoded.slice(14, -2), "malformed"],
    ["", urlencoded.slice(14, -2), "malformed"],
    [
      '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
      "multipart/form-data; boundary=x",
      '{"a":"1"}',
    ],
    [
      '--x\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\n1\r\n--x--\r\n',
      "multipart/form-data; boundary=x",
      "unclear",
    ],
  ])("reads %j", (body, type, meaning) => {
    const read = readForm(Buffer.from(body), type)
    assert.strictEqual(typeof read === "string" ? read : meaningOf(read), meaning)
  })
})

describe("the book of keys", () => {
  const one = (leadId: number, body: string): Acknowledged => ({
    leadId,
    meaning: "{}",
    key: { name: "header k", body },
  })
  const nothing: Verdict = {
    acknowledged: [],
    conflicts: [],
    duplicates: [],
    excused: [],
    findings: [],
    statuses: [],
    unseen: [],
  }
  it.each<[string, Partial<Verdict>, ReadonlyArray<string>]>([
    ["a duplicate", { duplicates: [one(1, "a")] }, []],
    ["a conflict", { conflicts: [{ name: "header k", body: "b" }] }, []],
    ["a second lead", { acknowledged: [one(2, "a")] }, ["two leads by one key"]],
    ["a duplicate of a stranger", { duplicates: [one(2, "a")] }, ["a duplicate of another lead"]],
    ["a duplicate with another body", { duplicates: [one(1, "b")] }, ["a duplicate of another lead"]],
    [
      "a conflict with the same body",
      { conflicts: [{ name: "header k", body: "a" }] },
      ["a conflict with the same body"],
    ],
  ])("judges %s", (_, verdict, kinds) => {
    const book = makeKeyBook()
    book.add(2, { ...nothing, ...verdict })
    book.add(1, { ...nothing, acknowledged: [one(1, "a")] })
    assert.deepStrictEqual(
      book.findings().map(({ kind }) => kind),
      kinds,
    )
  })

  it("says what the lead of a duplicate may mean: what the first one meant, whether or not its answer was seen", () => {
    const meaningsIn = (verdict: Partial<Verdict>) => {
      const book = makeKeyBook()
      book.add(1, { ...nothing, ...verdict })
      book.add(2, { ...nothing, duplicates: [one(1, "a")] })
      return book.leads().get(1)
    }
    const unseen = (body: string) => [{ meaning: "as a form", key: { name: "header k", body } }]
    assert.deepStrictEqual(meaningsIn({}), [{ number: 2, meanings: ["{}"] }])
    assert.deepStrictEqual(meaningsIn({ unseen: unseen("a") }), [
      { number: 2, meanings: ["{}", "as a form"] },
    ])
    assert.deepStrictEqual(meaningsIn({ unseen: unseen("b") }), [{ number: 2, meanings: ["{}"] }])
    // Its row is compared with the answer to the first one.
    assert.deepStrictEqual(meaningsIn({ acknowledged: [one(1, "a")] }), [{ number: 2, meanings: [""] }])
  })
})

describe("the scan of outputs", () => {
  const value = "Erika <klar@privat.example>"
  const shiftedBase64 = [0, 1, 2].map((shift) =>
    Buffer.from(`${"x".repeat(shift)}${value}!`).toString("base64"),
  )
  it.each([...writingsOf(value).slice(0, 4), ...shiftedBase64, value.toUpperCase()])(
    "finds a value as %s",
    (text) => {
      const leaks = leaksIn(
        [
          ["the log", ["a line", `before ${text} after`]],
          ["the spans", ["{}"]],
        ],
        [value],
      )
      assert.deepStrictEqual(
        leaks.map(({ kind }) => kind),
        ["a lead's value or a secret in the log"],
      )
    },
  )
  it("finds tokens, and nothing where nothing is", () => {
    assert.lengthOf(
      leaksIn([["the audit", ["lgt_3q2-7wEjRWeJq83v_5lV1kz0s8Yb6uHnCqT4aXoD9gMrPpHJxA"]]], [value]),
      1,
    )
    assert.lengthOf(leaksIn([["the audit", ["erika, klar, privat"]]], [value]), 0)
  })
})
