/**
 * Requests that have one reading, and that a careful server may refuse all the same: what is doubtful about them, and with
 * which statuses they may be refused.
 */

/** A request's head. */
interface Head {
  readonly method: string
  /** Between method and target, or between target and version where they are more than one. */
  readonly spaces: string
  readonly target: string
  readonly version: string
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly size: number
}

/** The statuses by which each doubt may be answered, beside those of the same request without the doubt. */
export const doubtfulStatuses = {
  // RFC 9112, 3: a recipient may be lenient about white space, and llhttp is about spaces, on either side of the target.
  "spaces in the request line": [400],
  "more than one host": [400],
  "a foreign host": [400, 421],
  "more than one content type": [400, 415],
  "more than one authorization": [400, 401],
  "a transfer coding before chunked": [400, 501],
  "a page of another site": [403],
  "an unusual path": [400, 404],
  "a target in absolute form": [400, 404, 421],
  "a target beyond ASCII": [400, 404],
  "a method that Node does not know": [400, 501],
  "a preflight request": [204, 403],
  // RFC 9113, 3.4: the preface of HTTP/2 is longer than a head. llhttp waits for the rest of it, and Node for 10 s at most.
  "a method that begins HTTP/2": [400, 405, 408, 505],
  "expectations beside 100-continue": [417],
  "a large head": [431],
  "many headers": [400, 401, 413, 415, 431],
  "an upgrade": [400, 426, 501],
  "a protocol option": [400],
  "chunk extension": [400, 413],
  trailers: [400],
} as const satisfies Readonly<Record<string, ReadonlyArray<number>>>

/** The statuses of what the api refuses before it has read the whole head, and so before it can miss a host. */
export const statusesBeforeHost: ReadonlyMap<string, number> = new Map<Doubt, number>([
  ["a large head", 431],
  ["many headers", 431],
  ["a method that begins HTTP/2", 408],
])

/** What is doubtful. */
export type Doubt = keyof typeof doubtfulStatuses

/** The methods that Node's parser knows (llhttp's for HTTP). */
const knownMethods = new Set(
  (
    "DELETE GET HEAD POST PUT CONNECT OPTIONS TRACE COPY LOCK MKCOL MOVE PROPFIND PROPPATCH SEARCH UNLOCK BIND REBIND " +
    "UNBIND ACL REPORT MKACTIVITY CHECKOUT MERGE M-SEARCH NOTIFY SUBSCRIBE UNSUBSCRIBE PATCH PURGE MKCALENDAR LINK " +
    "UNLINK SOURCE QUERY"
  ).split(" "),
)

/** What is doubtful about a head. */
export const doubtsOfHead = ({
  method,
  spaces,
  target,
  version,
  headers,
  size,
}: Head): ReadonlySet<Doubt> => {
  const values = (name: string) => headers.flatMap(([other, value]) => (other === name ? [value] : []))
  const [host = "", ...hosts] = values("host")
  const expectations = values("expect")
  const codings = values("transfer-encoding")
  const connection = values("connection").join(",").toLowerCase()
  const doubts: ReadonlyArray<readonly [Doubt, boolean]> = [
    ["spaces in the request line", spaces.length > 1],
    ["more than one host", hosts.length > 0],
    ["a foreign host", !/^(?:localhost|127\.0\.0\.1)(?::\d{1,5})?$/.test(host)],
    [
      "more than one content type",
      values("content-type").length > 1 || /,/.test(values("content-type")[0] ?? ""),
    ],
    ["more than one authorization", values("authorization").length > 1],
    ["a transfer coding before chunked", codings.length > 0 && codings.join(",").toLowerCase() !== "chunked"],
    ["a page of another site", headers.some(([name]) => name === "origin" || name.startsWith("sec-fetch-"))],
    [
      "an unusual path",
      !/^\/[\w/.-]*(?:\?[^#]*)?$/.test(target) || /\/\/|\/\.|.\/(?:\?|$)|[A-Z]/.test(target),
    ],
    ["a target in absolute form", !target.startsWith("/")],
    ["a target beyond ASCII", /[\x80-\xff]/.test(target)],
    ["a method that Node does not know", !knownMethods.has(method)],
    ["a method that begins HTTP/2", method === "PRI"],
    ["a preflight request", method === "OPTIONS"],
    ["expectations beside 100-continue", expectations.some((one) => one.toLowerCase() !== "100-continue")],
    ["a large head", size > 14_000],
    ["many headers", headers.length > 900],
    ["an upgrade", /\bupgrade\b/.test(connection) || values("upgrade").length > 0],
    [
      "a protocol option",
      values("http2-settings").length > 0 || (version === "1.0" && expectations.length > 0),
    ],
  ]
  return new Set(doubts.flatMap(([doubt, holds]) => (holds ? [doubt] : [])))
}
