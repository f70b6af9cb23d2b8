/**
 * Whether a request may come from a web page, and from whose.
 *
 * Browsers are no senders: any page can make one send a webhook without asking first, and a name that its owner points at
 * this machine (DNS rebinding) makes answers readable. Senders set neither `Origin` nor `Sec-Fetch-Site`, and browsers
 * let no page set `Host`, `Origin` or `Sec-Fetch-Site` itself. Pure; `guardOrigin` answers.
 */
import { hostOf, isLoopbackHost } from "@lead-gateway/config"
import type { IncomingHttpHeaders } from "node:http"
import { isConsolePage } from "./console/paths.ts"

/** What decides, beside the request. */
export interface OriginRules {
  /** Whether the api listens on a loopback address. */
  readonly onLoopback: boolean
  /** The hosts beside loopback that requests may name. With none, any host is accepted where `onLoopback` is false. */
  readonly allowedHosts: ReadonlyArray<string>
  /** The origins whose pages may send and read leads. */
  readonly corsOrigins: ReadonlyArray<string>
}

/** The part of a request that decides. */
export interface RequestSource {
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
}

/**
 * `Own`: from a sender, or from a page of the api's own. `AllowedOrigin`: from a page that `CORS_ORIGINS` allows.
 * `UnknownHost`: to a host that this api is not. `CrossSite`: from a page of somebody else.
 */
export type Verdict = "Own" | "AllowedOrigin" | "UnknownHost" | "CrossSite"

/**
 * Routes that change and show nothing of a lead, so that pages may link to them. Probes reach the first three by the
 * address of a pod, which no list can hold, so that where the api is not on loopback they may name any host.
 */
const probes = ["/health", "/livez", "/readyz"]
const open = [...probes, "/openapi.json", "/docs"]

/**
 * Makes the check of requests. Senders' requests cost it three comparisons: the host is that of the request before, and
 * there is no header that a browser sets.
 */
export const makeOriginCheck = (rules: OriginRules): ((request: RequestSource) => Verdict) => {
  const { allowedHosts, corsOrigins, onLoopback } = rules
  const anyHost = !onLoopback && allowedHosts.length === 0
  let accepted: string | undefined

  const isKnown = (authority: string | undefined): boolean => {
    // A request without `Host` is HTTP/1.0, which no browser speaks.
    if (authority === undefined || anyHost) return true
    const host = hostOf(authority)
    return host !== undefined && (isLoopbackHost(host) || allowedHosts.includes(host))
  }

  const check = ({ headers, url = "/" }: RequestSource): Verdict => {
    const { host, origin } = headers
    const site = headers["sec-fetch-site"]
    const [, target, path = url] = absoluteForm.exec(url) ?? []
    // In absolute form the target names the host (RFC 9112, 3.2.2), and `Host` must not name a foreign one either.
    const isToKnown = isKnown(host) && isKnown(target)
    if (!isToKnown && (onLoopback || !isOf(probes, path))) return "UnknownHost"
    if (isToKnown) accepted = host
    if (origin !== undefined && corsOrigins.includes(origin)) return "AllowedOrigin"
    if (isSameSite(site) && isOwn(origin, target ?? host, site)) return "Own"
    return isOf(open, path) || isConsolePage(pathOf(path)) ? "Own" : "CrossSite"
  }

  return (request) => {
    const { headers, url } = request
    const isPlain =
      headers.origin === undefined &&
      headers["sec-fetch-site"] === undefined &&
      headers.host === accepted &&
      url?.[0] === "/"
    return isPlain ? "Own" : check(request)
  }
}

/** `http://host/path`: the authority and the path. */
const absoluteForm = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)([^]*)$/i

const pathOf = (target: string): string => target.split("?", 1)[0] ?? ""

const isOf = (paths: ReadonlyArray<string>, target: string): boolean => paths.includes(pathOf(target))

/** A request without the header is of a sender or an old browser. `none` is what a person enters or opens. */
const isSameSite = (site: string | ReadonlyArray<string> | undefined): boolean =>
  site === undefined || site === "same-origin" || site === "none"

/**
 * Whether an origin is the api's own. An https origin is only if the browser agrees, which knows the address that its
 * page was loaded from: a proxy in front speaks TLS then. `null` (a sandboxed frame, a file) is nobody's.
 */
const isOwn = (
  origin: string | undefined,
  authority: string | undefined,
  site: string | ReadonlyArray<string> | undefined,
): boolean => {
  if (origin === undefined) return true
  const host = authority?.toLowerCase()
  return origin === `http://${host}` || (site === "same-origin" && origin === `https://${host}`)
}
