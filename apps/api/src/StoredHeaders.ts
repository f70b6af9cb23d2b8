/**
 * What is stored of a webhook's headers: the values that explain a lead, and of all others the names.
 *
 * Which headers are secret cannot be listed: any sender, proxy and firewall has names of its own. So those are listed that
 * are not, in `storedHeaderNames`. Stored rows go into backups, archives and histories.
 */
import { TraceParent } from "@lead-gateway/runtime"
import type { IncomingHttpHeaders } from "node:http"
import { storedHeaderNames, storedUrlNames } from "./storedHeaderNames.ts"

type HeaderValue = string | ReadonlyArray<string> | undefined

/** How one header is printed. */
interface Printer {
  /** `"name":`, or all of the entry where the value is not stored. */
  readonly text: string
  /** The value as JSON text. */
  readonly value?: (value: HeaderValue) => string
}

const redacted = '"[redacted]"'

/** Longer values explain no more. Node accepts headers of 16 KiB in all. */
const maxLength = 1024

/** How many names without a value are stored of one request, whose sender may make up a thousand. */
const maxHidden = 64

const printed = (value: HeaderValue): string => {
  if (typeof value !== "string") return redacted
  return JSON.stringify(value.length > maxLength ? `${value.slice(0, maxLength)}…` : value)
}

/**
 * Scheme, host and path: tokens live in the query, in the fragment, in user names and in parameters of the path, also where
 * a URL is encoded into another one's path. A path with an `@` may hold a user name. What is no such URL is not stored.
 */
const withoutSecrets = (value: HeaderValue): string => {
  const [, base, path = ""] = typeof value === "string" ? (urlParts.exec(value) ?? []) : []
  if (base === undefined) return redacted
  return printed(base.replace(/[^/]*@/, "") + (/@|%40/.test(path) ? "" : path))
}

const urlParts = new RegExp(
  String.raw`^\s*([a-z][a-z0-9+.-]*://(?:[^/?#\\\s]*@)?(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d*)?(?=[/?#;\\]|\s*$))` +
    String.raw`(/(?:(?!%2[35]|%3[bf])[^?#;\s])*)?`,
  "i",
)

/** RFC 7239, as long as it has no parameters but its own: some proxies add `secret=`. */
const asForwarded = (value: HeaderValue): string =>
  typeof value === "string" && ofForwarded.test(value) ? printed(value) : redacted

const ofForwarded = /^\s*(?:(?:for|by|host|proto)=(?:"[^"\\]*"|[^\s";,=]*)\s*(?:[;,]\s*|$))+$/i

const entry = (name: string, value: (value: HeaderValue) => string): [string, Printer] => [
  name,
  { text: `${JSON.stringify(name)}:`, value },
]

const stored = new Map<string, Printer>([
  ...storedHeaderNames.map((name) => entry(name, printed)),
  ...storedUrlNames.map((name) => entry(name, withoutSecrets)),
  entry("forwarded", asForwarded),
])

/** The printers of other names. Bounded, because senders choose the names. */
const hidden = new Map<string, Printer>()
const maxKnown = 1000
const maxKnownLength = 64

const hide = (name: string): Printer => {
  const printer: Printer = { text: `${JSON.stringify(name)}:${redacted}` }
  if (hidden.size < maxKnown && name.length <= maxKnownLength) hidden.set(name, printer)
  return printer
}

/**
 * A webhook's headers as JSON text, as they are stored: names in lower case, and the value of each that explains the lead,
 * `[redacted]` for others. Of names without a value 64 are kept, and how many more there were. Node reads bytes beyond
 * ASCII as Latin-1, so every value is storable text.
 */
export const sourceHeaders = (headers: IncomingHttpHeaders): string => {
  for (const name in headers) {
    const value = headers[name]
    const isAsItCame =
      typeof value === "string" && value.length <= maxLength && stored.get(name)?.value === printed
    if (!isAsItCame) return selected(headers)
  }
  // Most senders have no other headers, and this takes a third of the time.
  return JSON.stringify(headers)
}

/**
 * The same with the trace context in which the lead goes on, under a name that no header can have: what workers continue
 * is the span that stored the lead, not the sender's.
 */
export const withTrace = (headersJson: string, trace: TraceParent.TraceParent): string =>
  `{"[traceparent]":"${TraceParent.format(trace)}"${headersJson === "{}" ? "" : ","}${headersJson.slice(1)}`

const selected = (headers: IncomingHttpHeaders): string => {
  let json = ""
  let hiddenCount = 0
  for (const name in headers) {
    const { text, value } = stored.get(name) ?? hidden.get(name) ?? hide(name)
    if (value !== undefined) json += `,${text}${value(headers[name])}`
    else if (++hiddenCount <= maxHidden) json += `,${text}`
  }
  if (hiddenCount > maxHidden) json += `,"[omitted]":"${hiddenCount - maxHidden} more headers"`
  return `{${json.slice(1)}}`
}
