/**
 * Who sent a request: the address of the client, also behind proxies.
 *
 * What a client writes into `Forwarded` or `X-Forwarded-For` is its own claim; only what a trusted proxy added counts. So
 * the list is read from its right end, the last proxy's, and up to the first address that is no trusted proxy's.
 */
import { type Network, withoutMapping } from "@lead-gateway/config"
import { BlockList, isIP, isIPv4 } from "node:net"

/** The part of a request that tells. */
export interface Forwarding {
  readonly socket: { readonly remoteAddress?: string | undefined }
  readonly headers: {
    readonly forwarded?: string | ReadonlyArray<string> | undefined
    readonly "x-forwarded-for"?: string | ReadonlyArray<string> | undefined
  }
}

/** No chain of proxies is longer; a longer list is a forged one. */
const mostHops = 16

/**
 * Makes the function that finds the client's address, `unknown` when the connection is gone.
 *
 * What a proxy wrote that is no address (`unknown`, `_hidden`, garbage) hides its client: then the proxy's own address
 * counts. So it does when both headers are there and disagree: proxies write one of them, and the other is the client's.
 */
export const makeClientAddress = (trusted: ReadonlyArray<Network>): ((request: Forwarding) => string) => {
  if (trusted.length === 0) return ({ socket }) => withoutMapping(socket.remoteAddress ?? unknown)
  const proxies = new BlockList()
  for (const { address, family, prefix } of trusted) proxies.addSubnet(address, prefix, family)
  const isProxy = (address: string) => proxies.check(address, isIPv4(address) ? "ipv4" : "ipv6")

  /** Follows the addresses from right to left. */
  const clientOf = (peer: string, hops: ReadonlyArray<string>): string => {
    let client = peer
    for (let i = hops.length - 1; i >= 0 && hops.length - i <= mostHops && isProxy(client); i--) {
      const address = addressOf(hops[i] ?? "")
      if (address === undefined) return client
      client = address
    }
    return client
  }

  return ({ headers, socket }) => {
    const peer = withoutMapping(socket.remoteAddress ?? unknown)
    if (peer === unknown || !isProxy(peer)) return peer
    const { forwarded, "x-forwarded-for": list } = headers
    const byStandard = forwarded === undefined ? undefined : clientOf(peer, forwardedFor(String(forwarded)))
    const byCustom = list === undefined ? undefined : clientOf(peer, String(list).split(","))
    if (byStandard === undefined || byCustom === undefined) return byStandard ?? byCustom ?? peer
    return byStandard === byCustom ? byStandard : peer
  }
}

const unknown = "unknown"

/** The address of a hop, without its port: `192.0.2.1`, `192.0.2.1:4711`, `[2001:db8::1]:4711`, `2001:db8::1`. */
const addressOf = (hop: string): string | undefined => {
  const text = hop.trim()
  const [, bracketed, withPort] =
    /^(?:\[([0-9a-f]*:[0-9a-f:.]{1,44})\](?::\d{1,5})?|([0-9.]{7,15}):\d{1,5})$/i.exec(text) ?? []
  const address = withoutMapping(bracketed ?? withPort ?? text)
  return isIP(address) === 0 || address.includes("%") ? undefined : address.toLowerCase()
}

const token = "[A-Za-z0-9!#$%&'*+.^_`|~-]+"
const pair = new RegExp(`[ \\t]*(?:(${token})=(?:(${token})|"((?:[^"\\\\]|\\\\.)*)")[ \\t]*)?([;,]|$)`, "y")

/**
 * The `for` of each element of a `Forwarded` header (RFC 7239, 4), empty where an element has none or several; no element
 * at all when the header is malformed, since then nothing in it can be told apart.
 */
const forwardedFor = (header: string): ReadonlyArray<string> => {
  const elements: Array<string> = []
  let found: string | undefined
  pair.lastIndex = 0
  for (;;) {
    const match = pair.exec(header)
    if (match === null) return []
    const [, name, value, quoted, end] = match
    if (name?.toLowerCase() === "for") {
      found = found === undefined ? (value ?? quoted?.replaceAll(/\\(.)/g, "$1") ?? "") : ""
    }
    if (end !== ";") {
      elements.push(found ?? "")
      found = undefined
    }
    if (pair.lastIndex >= header.length && end !== "," && end !== ";") return elements
    if (end === "") return elements
  }
}
