/** A probe of a customer's API: one request without lead and without secrets. */
import type { LookupAddress } from "node:dns"
import * as http from "node:http"
import * as https from "node:https"
import type { LookupFunction, Socket } from "node:net"
import { TLSSocket } from "node:tls"

/** The stage at which the probe failed, or the answer. Codes are those of Node, such as `ECONNREFUSED`. */
export type ProbeResult =
  | { readonly _tag: "NotConnected"; readonly code: string }
  | { readonly _tag: "NotSecure"; readonly code: string }
  | { readonly _tag: "NotAnswered"; readonly code: string }
  | {
      readonly _tag: "Answered"
      readonly status: number
      /** Such as `TLSv1.3`; absent for plain HTTP. */
      readonly tls: string | undefined
      /** Whole days until the certificate expires; absent for plain HTTP. */
      readonly certificateDays: number | undefined
    }

/** Where to send a probe. The name is not resolved again: the probe connects to one of `addresses`. */
export interface ProbeTarget {
  readonly url: URL
  readonly addresses: ReadonlyArray<LookupAddress>
  readonly timeoutMs: number
  /** Until the connection is made, with TLS; without it only `timeoutMs` counts. */
  readonly connectTimeoutMs?: number | undefined
}

/**
 * Sends a GET without body, token and query, and does not read the body of the answer. Follows no redirect and uses no
 * proxy. Ends after its timeouts, 10 s at most.
 */
export const sendProbe = ({
  addresses,
  connectTimeoutMs,
  timeoutMs,
  url,
}: ProbeTarget): Promise<ProbeResult> =>
  new Promise((resolve) => {
    const isTls = url.protocol === "https:"
    let stage: "NotConnected" | "NotSecure" | "NotAnswered" = "NotConnected"
    const request = (isTls ? https : http).request({
      method: "GET",
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port,
      path: url.pathname,
      headers: { "User-Agent": "lead-gateway-doctor", Accept: "application/json" },
      lookup: lookupIn(addresses),
      agent: false,
    })
    const expire = () => request.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" }))
    const timer = setTimeout(expire, Math.min(timeoutMs, 10_000))
    const connectTimer = setTimeout(expire, Math.min(connectTimeoutMs ?? timeoutMs, 10_000))
    const connected = () => {
      stage = "NotAnswered"
      clearTimeout(connectTimer)
    }
    const end = (result: ProbeResult) => {
      clearTimeout(timer)
      clearTimeout(connectTimer)
      request.destroy()
      resolve(result)
    }
    request.on("socket", (socket) => {
      socket.once("connect", () => (isTls ? (stage = "NotSecure") : connected()))
      socket.once("secureConnect", connected)
    })
    request.on("error", (error) => end({ _tag: stage, code: codeOf(error) }))
    request.on("response", (response) => {
      end({ _tag: "Answered", status: response.statusCode ?? 0, ...tlsOf(response.socket) })
    })
    request.end()
  })

const lookupIn =
  (addresses: ReadonlyArray<LookupAddress>): LookupFunction =>
  (_name, options, callback) => {
    const [first] = addresses
    if (options.all === true) callback(null, [...addresses])
    else callback(null, first?.address ?? "", first?.family)
  }

const codeOf = (error: Error): string =>
  "code" in error && typeof error.code === "string" ? error.code : "unknown"

const dayMs = 24 * 60 * 60 * 1000

const tlsOf = (socket: Socket) => {
  if (!(socket instanceof TLSSocket)) return { tls: undefined, certificateDays: undefined }
  const until = Date.parse(socket.getPeerCertificate().valid_to)
  return {
    tls: socket.getProtocol() ?? "TLS",
    certificateDays: Number.isNaN(until) ? undefined : Math.floor((until - Date.now()) / dayMs),
  }
}
