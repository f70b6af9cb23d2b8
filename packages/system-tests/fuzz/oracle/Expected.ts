/** The table of allowed answers: which statuses a request may have, and what is stored by it. */
import { type ApiRules, secrets, viewerToken } from "../generate/apis.ts"
import { maxBodyBytes } from "../generate/Case.ts"
import { doubtfulStatuses, statusesBeforeHost } from "./doubts.ts"
import { formTypes } from "./FormReader.ts"
import { decoders, formOf, jsonOf } from "./payload.ts"
import { hasSecret, keyOf, signaturesOf, verified } from "./senders.ts"
import { type Expected, only, withDatabase } from "./Statuses.ts"
import { type ReadRequest, valuesOf } from "./Stream.ts"

/** What a request may be answered by an api. */
export const expectedOf = (request: ReadRequest, api: ApiRules): Expected => {
  const path = request.target.split("?", 1)[0] ?? ""
  if (request.version === "1.1" && valuesOf(request.headers, "host").length === 0) {
    return only(400, ...[...request.doubts].flatMap((doubt) => statusesBeforeHost.get(doubt) ?? []))
  }
  const asWritten = byRoute(path, request, api)
  if (request.doubts.size === 0) return asWritten
  const doubtful = [...request.doubts].flatMap((doubt): ReadonlyArray<number> => doubtfulStatuses[doubt])
  const read = request.doubts.has("an unusual path") ? byRoute(loosely(path), request, api) : asWritten
  return {
    statuses: new Set([...asWritten.statuses, ...read.statuses, ...doubtful]),
    meaning: asWritten.meaning ?? read.meaning,
    key: asWritten.key ?? read.key,
    needsDatabase: asWritten.needsDatabase || read.needsDatabase,
  }
}

/** The statuses by which what is no request, or not all of one, may be refused. */
export const refusals: ReadonlySet<number> = new Set([
  400, 401, 403, 404, 405, 408, 411, 413, 414, 415, 417, 421, 431, 501, 505,
])

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

/** What operators read, by the path; those that viewers may read too, and those of which a parameter may be wrong. */
const lists: ReadonlyArray<
  readonly [path: RegExp, role: "viewer" | "operator", others: ReadonlyArray<number>]
> = [
  [/^\/stats\/leads\/counts$/, "operator", []],
  [/^\/stats\/leads\/recent$/, "operator", [400]],
  [/^\/stats\/leads\/[^/]+\/history$/, "operator", [404]],
  [/^\/api\/v1\/leads$/, "viewer", [400]],
  [/^\/api\/v1\/leads\/[^/]+$/, "viewer", [404]],
  [/^\/api\/v1\/(?:ledger|events)$/, "viewer", []],
  [/^\/api\/v1\/timeline$/, "viewer", [400]],
  [/^\/api\/v1\/flow$/, "viewer", []],
  [/^\/api\/v1\/customers$/, "viewer", [400]],
  [/^\/api\/v1\/(?:audit|tokens|unmapped)$/, "operator", [400]],
]

/** What operators send, by the path, and what it may be answered beside the errors of every body. */
const commands: ReadonlyArray<readonly [path: RegExp, others: ReadonlyArray<number>]> = [
  [/^\/api\/v1\/replays$/, [200, 409]],
  [/^\/api\/v1\/preview$/, [200]],
  [/^\/api\/v1\/customers\/[^/]+\/(?:pause|resume)$/, [200, 404]],
]

/** A body that is malformed, too large, of another type, or says what cannot be. */
const ofBodies = [400, 413, 415, 422]

const byRoute = (path: string, request: ReadRequest, api: ApiRules): Expected => {
  const { method } = request
  const reads = method === "GET" || method === "HEAD"
  if (path === "/webhooks/leads") {
    if (method === "POST") return webhook(request, api)
    // A handshake.
    return method === "GET" && api.hasSignatures ? only(200, 400, 401) : only(405)
  }
  if (open.includes(path)) return reads ? only(200) : only(405)
  if (path === "/readyz") return reads ? withDatabase(200) : only(405)
  if (/^\/api\/v1\/tokens\/[^/]+$/.test(path)) {
    return method === "DELETE" ? forRole(request, api, "operator", 204, 404) : only(405)
  }
  if (path === "/api/v1/tokens" && method === "POST") {
    return forRole(request, api, "operator", 201, ...ofBodies)
  }
  const command = commands.find(([of]) => of.test(path))
  if (command !== undefined) {
    return method === "POST" ? forRole(request, api, "operator", ...command[1], ...ofBodies) : only(405)
  }
  const list = lists.find(([of]) => of.test(path))
  if (list === undefined) return only(404)
  return reads ? forRole(request, api, list[1], 200, ...list[2]) : only(405)
}

/** Whom a request names by its credential. */
export const roleOf = (
  { headers }: ReadRequest,
  { hasAuth }: ApiRules,
): "viewer" | "operator" | undefined => {
  if (!hasAuth) return "operator"
  const [, token] = /^bearer +(.*)$/i.exec(valuesOf(headers, "authorization")[0] ?? "") ?? []
  return token === secrets.operator ? "operator" : token === viewerToken ? "viewer" : undefined
}

const forRole = (
  request: ReadRequest,
  api: ApiRules,
  needed: "viewer" | "operator",
  ...statuses: ReadonlyArray<number>
): Expected => {
  const role = roleOf(request, api)
  if (role === undefined) return only(401)
  return role === "viewer" && needed === "operator" ? only(403) : withDatabase(...statuses)
}

/** Checked in this order: 401, 415, 413, 400; of a signed webhook 413 and what is no text before 401. */
const webhook = ({ headers, body, chunks }: ReadRequest, api: ApiRules): Expected => {
  const signatures = hasSecret(headers, api) ? undefined : signaturesOf(headers, api)
  if (signatures?.length === 0) return only(401)
  const contentType = valuesOf(headers, "content-type")[0] ?? ""
  const type = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? ""
  const isForm = api.acceptsForms && formTypes.includes(type)
  const isRead = isForm || type === "" || type === "application/json" || /^[^/]+\/[^/]+\+json$/.test(type)
  if (signatures === undefined && !isRead) return only(415)
  const encoding = valuesOf(headers, "content-encoding").join(", ").trim().toLowerCase() || "identity"
  const decode = decoders.get(encoding)
  if (decode === undefined) return only(415)
  if (body.length > maxBodyBytes) return only(413)
  const decoded = decode(body)
  if (typeof decoded === "string") return decoded === "large" ? only(413) : only(400, 413)
  const of = (): Expected => {
    const signature = signatures === undefined ? undefined : verified(signatures, decoded)
    if (signatures !== undefined && signature === undefined) return only(401)
    if (!isRead) return only(415)
    const { payload, ...read } = isForm ? formOf(decoded, contentType) : jsonOf(decoded)
    if (read.meaning === undefined) return read
    const key = keyOf({ headers, body: decoded, payload, signature }, api)
    if (key === "malformed") return only(400, ...(read.meaning === "" ? read.statuses : []))
    if (key === "none") return read
    const mayConflict = key === "unclear" || !key.name.endsWith(key.body)
    const keyed = mayConflict ? { ...read, statuses: new Set([...read.statuses, 422]) } : read
    return key === "unclear" ? keyed : { ...keyed, key }
  }
  const expected = of()
  // So many chunks for so few bytes may be an attack.
  return chunks > 500 ? { ...expected, statuses: new Set([...expected.statuses, 400, 413]) } : expected
}
