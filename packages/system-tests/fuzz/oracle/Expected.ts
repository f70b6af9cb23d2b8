/** The table of allowed answers: which statuses a request may have, and what is stored by it. */
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib"
import { maxBodyBytes, secrets } from "../generate/Case.ts"
import { doubtfulStatuses, statusesBeforeHost } from "./doubts.ts"
import { meaningOf, readJson } from "./JsonReader.ts"
import { type ReadRequest, valuesOf } from "./Stream.ts"

/** What a request may be answered. */
export interface Expected {
  readonly statuses: ReadonlySet<number>
  /** What its lead means, if it is a webhook that may be accepted. */
  readonly meaning: string | undefined
  /** Whether the answer needs the database, so that 503 is right while there is none. */
  readonly needsDatabase: boolean
}

/** What a request may be answered by an api, which requires secrets or does not. */
export const expectedOf = (request: ReadRequest, auth: boolean): Expected => {
  const path = request.target.split("?", 1)[0] ?? ""
  if (request.version === "1.1" && valuesOf(request.headers, "host").length === 0) {
    return only(400, ...[...request.doubts].flatMap((doubt) => statusesBeforeHost.get(doubt) ?? []))
  }
  const asWritten = byRoute(path, request, auth)
  if (request.doubts.size === 0) return asWritten
  const doubtful = [...request.doubts].flatMap((doubt): ReadonlyArray<number> => doubtfulStatuses[doubt])
  const read = request.doubts.has("an unusual path") ? byRoute(loosely(path), request, auth) : asWritten
  return {
    statuses: new Set([...asWritten.statuses, ...read.statuses, ...doubtful]),
    meaning: asWritten.meaning ?? read.meaning,
    needsDatabase: asWritten.needsDatabase || read.needsDatabase,
  }
}

/** The statuses by which what is no request, or not all of one, may be refused. */
export const refusals: ReadonlySet<number> = new Set([
  400, 401, 403, 404, 405, 408, 411, 413, 414, 415, 417, 421, 431, 501, 505,
])

const only = (...statuses: ReadonlyArray<number>): Expected => ({
  statuses: new Set(statuses),
  meaning: undefined,
  needsDatabase: false,
})

const withDatabase = (...statuses: ReadonlyArray<number>): Expected => ({
  ...only(...statuses),
  needsDatabase: true,
})

/** A path as a lenient server reads it: in lower case, decoded, without doubled slashes, parameters and a last slash. */
const loosely = (path: string): string => {
  const local = path.replace(/^[a-z]+:\/\/[^/?]*/i, "")
  const decoded = local.replaceAll(/%([\da-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
  const single = (decoded.split(/[;#?]/, 1)[0] ?? "").toLowerCase().replaceAll(/\/{2,}/g, "/")
  return single.replace(/(.)\/$/, "$1")
}

const open = ["/health", "/livez", "/health/deep", "/metrics", "/openapi.json"]

const byRoute = (path: string, request: ReadRequest, auth: boolean): Expected => {
  const { method } = request
  const reads = method === "GET" || method === "HEAD"
  if (path === "/webhooks/leads") return method === "POST" ? webhook(request, auth) : only(405)
  if (open.includes(path)) return reads ? only(200) : only(405)
  if (path === "/readyz") return reads ? withDatabase(200) : only(405)
  const isHistory = /^\/stats\/leads\/[^/]+\/history$/.test(path)
  if (!isHistory && path !== "/stats/leads/counts" && path !== "/stats/leads/recent") return only(404)
  if (!reads) return only(405)
  if (auth && !isOperator(request)) return only(401)
  if (isHistory) return withDatabase(200, 404)
  return path.endsWith("recent") ? withDatabase(200, 400) : withDatabase(200)
}

const isOperator = ({ headers }: ReadRequest): boolean =>
  valuesOf(headers, "authorization").some((value) =>
    new RegExp(`^bearer +${secrets.operator}$`, "i").test(value),
  )

/** Checked in this order: 401, 415, 413, 400. */
const webhook = ({ headers, body, chunks }: ReadRequest, auth: boolean): Expected => {
  if (auth && valuesOf(headers, "x-shared-secret").join(", ") !== secrets.sender) return only(401)
  const type = valuesOf(headers, "content-type")[0]?.split(";", 1)[0]?.trim().toLowerCase() ?? ""
  if (type !== "" && type !== "application/json" && !/^[^/]+\/[^/]+\+json$/.test(type)) return only(415)
  const encoding = valuesOf(headers, "content-encoding").join(", ").trim().toLowerCase() || "identity"
  const decode = decoders.get(encoding)
  if (decode === undefined) return only(415)
  if (body.length > maxBodyBytes) return only(413)
  const decoded = decode(body)
  if (typeof decoded === "string") return decoded === "large" ? only(413) : only(400, 413)
  const payload = payloadOf(decoded)
  // So many chunks for so few bytes may be an attack.
  return chunks > 500 ? { ...payload, statuses: new Set([...payload.statuses, 400, 413]) } : payload
}

type Decoder = (body: Buffer) => Buffer | "broken" | "large"

const decoding =
  (decode: (body: Buffer, options: { readonly maxOutputLength: number }) => Buffer): Decoder =>
  (body) => {
    try {
      return decode(body, { maxOutputLength: maxBodyBytes })
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? "large" : "broken"
    }
  }

const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ["identity", (body) => body],
  ["gzip", decoding(gunzipSync)],
  ["x-gzip", decoding(gunzipSync)],
  ["deflate", decoding(inflateSync)],
  ["br", decoding(brotliDecompressSync)],
])

const payloadOf = (body: Buffer): Expected => {
  let text: string
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(body)
  } catch {
    return only(400)
  }
  const read = readJson(text)
  if (read === undefined || read.value.kind !== "object") return only(400)
  if (read.depth > 512 || read.largestExponent > 400 || read.mostDigits > 10_000) return only(400)
  const isLong = read.expansion > 60_000
  return { ...withDatabase(200, ...(isLong ? [400] : [])), meaning: meaningOf(read.value) }
}
