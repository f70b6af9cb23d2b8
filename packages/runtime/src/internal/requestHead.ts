/**
 * What a request's head must be beyond what Node's parser checks, so that a proxy and this server read the same request.
 *
 * The parser already refuses a repeated or malformed `Content-Length`, one beside `Transfer-Encoding`, folded lines, bare
 * CR or LF, and control characters.
 */
import type { IncomingMessage } from "node:http"
import { isIPv6 } from "node:net"
import { isPlain, readAbsoluteForm } from "./requestTarget.ts"

/** Why a request is refused. */
export interface HeadFault {
  readonly status: 400 | 404
  readonly error: string
}

const fault = (error: string): HeadFault => ({ status: 400, error })

const faults = {
  version: fault("unsupported http version"),
  hostMissing: fault("missing host header"),
  hostRepeated: fault("more than one host header"),
  hostInvalid: fault("invalid host header"),
  targetInvalid: fault("invalid request target"),
  contentTypeRepeated: fault("more than one content type"),
  authorizationRepeated: fault("more than one authorization header"),
  codingUnknown: fault("unsupported transfer encoding: only chunked"),
  codingInOldVersion: fault("transfer encoding is not part of http/1.0"),
  pathUnknown: { status: 404, error: "not found" },
} as const satisfies Readonly<Record<string, HeadFault>>

/** The parts of Node's request that are checked. */
export type RequestHead = Pick<IncomingMessage, "rawHeaders" | "httpVersion" | "headers" | "url">

const seenHost = 1
const seenContentType = 2
const seenAuthorization = 4
const seenCoding = 8

/**
 * The reason to refuse a request; undefined for nearly all. A request whose target is in absolute form is rewritten: `url`
 * becomes its path and query, and `headers.host` its authority, whatever `Host` says (RFC 9112, 3.2.2).
 *
 * Called for every request, so the headers are scanned once, by the length of their names; `headers` would not show
 * repetitions.
 */
export const faultOf = (request: RequestHead): HeadFault | undefined => {
  const { httpVersion, rawHeaders } = request
  // RFC 9112, 2.3. Node's parser also accepts 0.9 and 2.0.
  const isCurrent = httpVersion === "1.1"
  if (!isCurrent && httpVersion !== "1.0") return faults.version

  let seen = 0
  let host = ""
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    switch (name.length) {
      case 4:
        if (!is(name, "Host", "host")) break
        // RFC 9112, 3.2.
        if ((seen & seenHost) !== 0) return faults.hostRepeated
        seen |= seenHost
        host = rawHeaders[i + 1] as string
        break
      case 12:
        if (!is(name, "Content-Type", "content-type")) break
        // RFC 9110, 8.3 and 5.3: a single value; who combines several lines reads another one than who does not.
        if ((seen & seenContentType) !== 0 || isList(rawHeaders[i + 1] as string)) {
          return faults.contentTypeRepeated
        }
        seen |= seenContentType
        break
      case 13:
        if (!is(name, "Authorization", "authorization")) break
        // RFC 9110, 11.6.2 and 5.3.
        if ((seen & seenAuthorization) !== 0) return faults.authorizationRepeated
        seen |= seenAuthorization
        break
      case 17:
        if (!is(name, "Transfer-Encoding", "transfer-encoding")) break
        // RFC 9112, 6.1.
        if (!isCurrent) return faults.codingInOldVersion
        if ((seen & seenCoding) !== 0 || !isChunked(rawHeaders[i + 1] as string)) return faults.codingUnknown
        seen |= seenCoding
        break
    }
  }
  return targetFault(request, (seen & seenHost) !== 0, host)
}

const targetFault = (request: RequestHead, hasHost: boolean, host: string): HeadFault | undefined => {
  if (!hasHost && request.httpVersion === "1.1") return faults.hostMissing
  // RFC 9110, 7.2; 4.2.1 for the empty one.
  if (hasHost && !isHost(host)) return faults.hostInvalid
  const { url = "" } = request
  if (url.charCodeAt(0) === slash) return isPlain(url) ? undefined : faults.pathUnknown
  // RFC 9112, 3.2.4: `OPTIONS *`. No route has this path.
  if (url === "*") return faults.pathUnknown
  const target = readAbsoluteForm(url)
  if (target === undefined || !isHost(target.host)) return faults.targetInvalid
  request.headers.host = target.host
  request.url = target.url
  return isPlain(target.url) ? undefined : faults.pathUnknown
}

const slash = 0x2f

/** Whether a header's name is this one, in whatever case; the length is known to be equal. */
const is = (name: string, usual: string, lower: string): boolean =>
  name === usual || name === lower || name.toLowerCase() === lower

const isChunked = (value: string): boolean => value === "chunked" || value.toLowerCase() === "chunked"

/** Whether a value has a comma outside quotes: two values, combined by a proxy. */
const isList = (value: string): boolean =>
  value.includes(",") && value.replaceAll(/"(?:[^"\\]|\\.)*"/g, "").includes(",")

/**
 * Whether a text is a host and perhaps a port: a name of letters, digits and `-._~`, an IPv4 address, or an IPv6 address in
 * brackets. The grammar (RFC 3986, 3.2.2) allows more characters in names, `,` and `@` encoded among them; no host has any.
 */
const isHost = (value: string): boolean => {
  if (/^[\w.~-]+(?::\d{0,5})?$/.test(value)) return true
  const literal = /^\[([\da-f:.]+)\](?::\d{0,5})?$/i.exec(value)
  return literal !== null && isIPv6(literal[1] as string)
}
