/** What senders add to webhooks beside the payload: keys, signatures, and forms. */
import { type ApiRules, secrets, signatureOf } from "./apis.ts"
import type { Random } from "./Random.ts"

/** A header. */
export type Header = readonly [name: string, value: string]

/** How many keys are used again and again. */
const sharedKeys = 20

const malformedKeys = ["", " ", "two words", "a, b", "ä", "\x7f", "k".repeat(256)] as const

/** A key that several webhooks use, as a key may be: with personal data. */
export const sharedKey = (random: Random): string => `erika-${random.below(sharedKeys)}@privat.example`

/** The headers of a webhook with a key. */
export const keyHeaders = (random: Random, key: string): ReadonlyArray<Header> =>
  random.weighted<() => ReadonlyArray<Header>>([
    [70, () => [["Idempotency-Key", key]]],
    [15, () => [["webhook-id", key]]],
    [
      4,
      () => [
        ["Idempotency-Key", key],
        ["webhook-id", "another"],
      ],
    ],
    [
      3,
      () => [
        ["Idempotency-Key", key],
        ["idempotency-key", random.pick([key, "another"])],
      ],
    ],
    [8, () => [[random.pick(["Idempotency-Key", "webhook-id"]), random.pick(malformedKeys)]]],
  ])()

/** The headers of a signed webhook, in place of a shared secret; of a body as it is before compression. */
const signatureHeaders = (random: Random, body: Buffer, id: string): ReadonlyArray<Header> =>
  random.weighted<() => ReadonlyArray<Header>>([
    [10, () => [["X-Hub-Signature-256", `sha256=${signatureOf("body", body)}`]]],
    [
      10,
      () => [
        ["X-Fuzz-Signature", signatureOf("id", `${id}.`, body)],
        ["webhook-id", id],
      ],
    ],
    [1, () => [["X-Fuzz-Signature", signatureOf("id", `${id}.`, body)]]],
    [
      1,
      () => [
        ["X-Fuzz-Signature", signatureOf("id", `${id}.`, body)],
        ["webhook-id", `${id}x`],
      ],
    ],
    [
      1,
      () => [
        ["X-Fuzz-Signature", signatureOf("body", body)],
        ["webhook-id", id],
      ],
    ],
    [1, () => [["X-Hub-Signature-256", random.pick(["", "sha256=", "sha1=00", `sha256=${"0".repeat(64)}`])]]],
    // Long ago: by the time of these bytes it is always too late.
    [
      1,
      () => [
        ["webhook-id", id],
        ["webhook-timestamp", "1600000000"],
        ["webhook-signature", `v1,${"A".repeat(43)}=`],
      ],
    ],
  ])()

/** What lets a sender in, mostly. */
export const senderHeaders = (
  random: Random,
  api: ApiRules,
  body: Buffer,
  id: string,
): ReadonlyArray<Header> => {
  if (!api.hasAuth || random.chance(0.1)) return []
  if (api.hasSignatures && random.chance(0.6)) return signatureHeaders(random, body, id)
  return [["X-Shared-Secret", secrets.sender]]
}

const names = [
  "source",
  "name",
  "house[is_owner]",
  "a[]",
  "a[]",
  "a[b]",
  "a[][c]",
  "b",
  "b",
  "b[c]",
  "[x]",
  "c[",
  "__proto__",
  "lead_id",
] as const
const values = [
  "",
  "true",
  "ä",
  "😀",
  "a b",
  "1+1",
  "100%",
  "a&b=c",
  '"',
  "\0",
  "Erika Klarname",
  "erika@privat.example",
] as const

/** A form, and its content type. */
export const form = (random: Random, mark: string): { readonly type: string; readonly text: string } => {
  const fields = [
    ["source", mark],
    ["email", "erika@privat.example"],
    ...Array.from({ length: random.below(5) }, () => [random.pick(names), random.pick(values)]),
  ] as ReadonlyArray<readonly [string, string]>
  if (random.chance(0.5)) {
    const text = new URLSearchParams(
      fields.map(([name, value]): [string, string] => [name, value]),
    ).toString()
    const spoilt = random.weighted<string>([
      [90, text],
      [2, `&&${text}&`],
      [2, `${text}&flag`],
      [2, `${text}&a=%`],
      [2, `${text}&a=%ff`],
      [1, `${text}&a=ä`],
      [1, ""],
    ])
    return { type: "application/x-www-form-urlencoded", text: spoilt }
  }
  const boundary = random.pick(["x", "----fuzz", "a.b_c"])
  const parts = fields.map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const end = random.weighted<string>([
    [90, `--${boundary}--\r\n`],
    [5, `--${boundary}--`],
    [3, ""],
    [
      2,
      `--${boundary}\r\nContent-Disposition: form-data; name="f"; filename="f.txt"\r\n\r\nx\r\n--${boundary}--\r\n`,
    ],
  ])
  return { type: `multipart/form-data; boundary=${boundary}`, text: parts.join("") + end }
}
