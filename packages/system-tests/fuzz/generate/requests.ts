/** Requests by a grammar: mostly right, with something odd in every part now and then. */
import { bodyOf } from "./bodies.ts"
import { type ApiRules, secrets, viewerToken } from "./apis.ts"
import { payload, sharedPayload } from "./payloads.ts"
import type { Random } from "./Random.ts"
import { form, type Header, keyHeaders, senderHeaders, sharedKey } from "./senders.ts"
import { contentTypes, methods, oddHeaders, paths, tokens } from "./vocabulary.ts"

/** Bytes as chunks of random sizes, sometimes with what chunks may have and sometimes with what they may not. */
const chunked = (random: Random, body: Buffer): Buffer => {
  const parts: Array<Buffer | string> = []
  const most = random.pick([1, 7, 64, 1_460, 16_384, 1_048_576])
  const largest = Math.max(most, Math.ceil(body.length / 200))
  for (let at = 0; at < body.length;) {
    const size = Math.min(body.length - at, random.between(1, largest))
    const written = random.chance(0.03)
      ? random.pick([`00${size.toString(16)}`, `${size.toString(16)};a=b`, `${size + 1}`])
      : size.toString(16)
    parts.push(`${written}\r\n`, body.subarray(at, at + size), random.chance(0.005) ? "\n" : "\r\n")
    at += size
  }
  parts.push(
    random.weighted([
      [92, "0\r\n\r\n"],
      [2, "0\r\nX-Shared-Secret: x\r\n\r\n"],
      [2, "000\r\n\r\n"],
      [2, ""],
      [2, "0\r\n"],
    ]),
  )
  return Buffer.concat(parts.map((part) => Buffer.from(part)))
}

const json = "application/json"

/** The text of a body, and its content type. */
const contentOf = (random: Random, mark: string, target: string, key: string | undefined) => {
  if (target === tokens && random.chance(0.7)) {
    return { type: json, text: `{"name":"${mark}","role":"${random.pick(["viewer", "admin", "none"])}"}` }
  }
  if (key !== undefined && random.chance(0.6)) return { type: json, text: sharedPayload(key) }
  return random.chance(0.12) ? form(random, mark) : { type: json, text: payload(random, mark) }
}

const credentials = (random: Random): Header => [
  "Authorization",
  `Bearer ${random.weighted([
    [80, secrets.operator],
    [15, viewerToken],
    [5, `${viewerToken}x`],
  ])}`,
]

/** One request. `mark` is its correlation id, and is in its lead. */
export const request = (random: Random, mark: string, api: ApiRules): Buffer => {
  const isWebhook = random.chance(0.7)
  const target = isWebhook ? (random.chance(0.97) ? paths[0] : random.pick(paths)) : random.pick(paths)
  const method =
    isWebhook || (target === tokens && random.chance(0.6))
      ? "POST"
      : random.weighted([
          [6, "GET"],
          [1, "POST"],
          [3, random.pick(methods)],
        ])
  const version = random.chance(0.97)
    ? "HTTP/1.1"
    : random.pick(["HTTP/1.0", "HTTP/2.0", "HTTP/1.2", "http/1.1", "HTTP/1.1 "])
  const headers: Array<Header> = []
  if (random.chance(0.985))
    headers.push([
      "Host",
      random.chance(0.95)
        ? "localhost"
        : random.pick([
            "127.0.0.1:80",
            "LOCALHOST",
            "localhost.",
            "[::1]",
            "[::1",
            "a b",
            "",
            "other.example",
            "169.254.169.254",
          ]),
    ])
  if (random.chance(0.9)) headers.push(["X-Correlation-ID", mark])
  if (api.hasAuth && random.chance(0.9)) headers.push(credentials(random))
  let body: Buffer = Buffer.alloc(0)
  if (method === "POST" || random.chance(0.15)) {
    const key = random.chance(0.15) ? sharedKey(random) : undefined
    const { text, type } = contentOf(random, mark, target, key)
    const { bytes, encoding, plain } = bodyOf(random, text)
    body = bytes
    headers.push(...senderHeaders(random, api, plain, key ?? mark))
    if (key !== undefined) headers.push(...keyHeaders(random, key))
    if (random.chance(0.93))
      headers.push(["Content-Type", random.chance(0.92) ? type : random.pick(contentTypes)])
    if (encoding !== undefined) headers.push(["Content-Encoding", encoding])
    if (random.chance(0.3)) {
      headers.push([
        "Transfer-Encoding",
        random.chance(0.95)
          ? "chunked"
          : random.pick(["Chunked", "chunked, chunked", "gzip, chunked", "chunked;q=1"]),
      ])
      body = chunked(random, body)
    } else {
      const length = random.chance(0.97)
        ? String(body.length)
        : random.pick([
            String(body.length + 1),
            `0${body.length}`,
            `+${body.length}`,
            `${body.length}.0`,
            "9".repeat(20),
            String(Math.max(0, body.length - 1)),
          ])
      headers.push(["Content-Length", length])
    }
  }
  if (random.chance(0.15)) headers.splice(random.below(headers.length + 1), 0, random.pick(oddHeaders))
  if (random.chance(0.01)) {
    const [size, count] = random.pick([
      [1, 400],
      [1, 2_100],
      [4_000, 3],
      [15_000, 1],
      [30_000, 1],
    ])
    for (let index = 0; index < count; index++) headers.push([`a${index}`, "v".repeat(size)])
  }
  if (random.chance(0.05)) headers.push(["Connection", random.pick(["close", "keep-alive", "Close"])])
  const lines = headers.map(([name, value]) => `${name}: ${value}`)
  const head = [`${method} ${target} ${version}`, ...lines, "", ""].join("\r\n")
  return Buffer.concat([Buffer.from(head, "latin1"), body])
}
