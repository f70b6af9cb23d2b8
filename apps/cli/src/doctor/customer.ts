import { customerClientOptions } from "@lead-gateway/config"
import { addressCheck, addressClass, checkUrl } from "@lead-gateway/customer-client"
import { Duration, Effect, Option, Result } from "effect"
import type { LookupAddress } from "node:dns"
import { lookup } from "node:dns/promises"
import { isIP } from "node:net"
import { about, type Finding } from "./Finding.ts"
import type { CheckedSettings } from "./configuration.ts"
import { type ProbeResult, sendProbe } from "./customerProbe.ts"

const { ok, warning, wrong } = about("customer")

type Settings = Option.Option.Value<CheckedSettings["customer"]>

/**
 * The customer's API: its name, addresses, connection, TLS and certificate, and its answer to a GET without lead and
 * token.
 */
export const checkCustomer = Effect.fnUntraced(function* ({
  customer,
  server,
}: CheckedSettings): Effect.fn.Return<ReadonlyArray<Finding>> {
  if (Option.isNone(customer)) return []
  const { url } = customer.value
  if (Option.isNone(url)) {
    const demo =
      server === "start" ? "none is configured; a demo customer accepts every lead" : "none is configured"
    return [warning("CUSTOMER_API_URL", demo, "set CUSTOMER_API_URL to deliver to a real one")]
  }
  return yield* checkUrlOf(url.value, customer.value)
})

const checkUrlOf = Effect.fnUntraced(function* (
  url: URL,
  settings: Settings,
): Effect.fn.Return<ReadonlyArray<Finding>> {
  const options = customerClientOptions({ ...settings, url })
  const checked = checkUrl(url, options)
  if (Result.isFailure(checked)) {
    return [wrong("CUSTOMER_API_URL", checked.failure.message, "name another address")]
  }
  const host = url.hostname.replace(/^\[|\]$/g, "")
  const resolved = yield* Effect.result(
    Effect.tryPromise({
      try: () => lookup(host, { all: true }),
      catch: (error) => (error instanceof Error && "code" in error ? String(error.code) : "unknown"),
    }),
  )
  if (Result.isFailure(resolved)) {
    const what = `the name cannot be resolved (${resolved.failure})`
    return [wrong(host, what, "check CUSTOMER_API_URL and this machine's name server")]
  }
  const addresses = resolved.success
  const name =
    isIP(host) === 0 ? [ok(host, `resolves to ${addresses.map(({ address }) => address).join(", ")}`)] : []
  const refusalOf = addressCheck(options)
  const refused = addresses.filter(({ address }) => refusalOf(host, address) !== undefined)
  if (refused.length > 0) return [...name, ...refused.map((address) => refusal(host, address))]

  const result = yield* Effect.promise(() =>
    sendProbe({
      url: checked.success,
      addresses,
      timeoutMs: Duration.toMillis(settings.timeout),
      connectTimeoutMs: Option.getOrUndefined(Option.map(settings.connectTimeout, Duration.toMillis)),
    }),
  )
  return [...name, ...probeFindings(url, result, settings.auth._tag !== "None")]
})

const refusal = (host: string, { address }: LookupAddress): Finding => {
  const kind = addressClass(address)
  return wrong(
    host,
    `resolves to ${address}, a ${kind} address, to which no lead is delivered`,
    kind === "private"
      ? "add it to CUSTOMER_API_ALLOW, or set CUSTOMER_API_ALLOW_PRIVATE=true, if that is intended"
      : "name another host",
  )
}

/** Findings about the connection, TLS and the answer. */
export const probeFindings = (
  url: URL,
  result: ProbeResult,
  authenticates: boolean,
): ReadonlyArray<Finding> => {
  const where = url.host
  const path = `${where}${url.pathname}`
  switch (result._tag) {
    case "NotConnected":
      return [
        wrong(where, `cannot be connected to (${result.code})`, "check CUSTOMER_API_URL and the firewall"),
      ]
    case "NotSecure":
      return [wrong(where, `no TLS session (${result.code})`, tlsAdvice(result.code))]
    case "NotAnswered":
      return [
        ok(where, "accepts connections"),
        wrong(path, `does not answer in HTTP (${result.code})`, "ask the customer what listens there"),
      ]
    case "Answered": {
      const { certificateDays, status, tls } = result
      return [
        ok(where, "accepts connections"),
        ...tlsFindings(where, tls, certificateDays),
        statusFinding(path, status, authenticates),
      ]
    }
  }
}

const tlsAdvice = (code: string): string => {
  if (code === "CERT_HAS_EXPIRED") return "ask the customer for a valid certificate"
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "use the name that the certificate is for"
  if (/SELF_SIGNED|UNABLE_TO|ISSUER/.test(code))
    return "set NODE_EXTRA_CA_CERTS to the customer's certificate authority"
  return "check that the port speaks TLS"
}

const tlsFindings = (
  where: string,
  tls: string | undefined,
  certificateDays: number | undefined,
): ReadonlyArray<Finding> => {
  if (tls === undefined) {
    return [warning(where, "no TLS: leads are sent in the clear", "use https unless the network is your own")]
  }
  if (certificateDays === undefined) return [ok(where, tls)]
  const what = `${tls}, certificate for ${certificateDays} more days`
  return certificateDays < 14 ? [warning(where, what, "ask the customer to renew it")] : [ok(where, what)]
}

/** A GET without a token and without a lead: most APIs answer it with 401, 403 or 405. */
const statusFinding = (path: string, status: number, authenticates: boolean): Finding => {
  const what = `answers ${status} to a GET without token and lead`
  if (status >= 500) return warning(path, what, "ask the customer whether their API is up")
  if (status >= 300 && status < 400) {
    return wrong(
      path,
      `${what}, and redirects are never followed`,
      "set CUSTOMER_API_URL to the target of the redirect",
    )
  }
  if ((status === 401 || status === 403) && !authenticates) {
    return warning(path, what, "set CUSTOMER_API_TOKEN, or another CUSTOMER_API_AUTH, if the API requires it")
  }
  return status === 404 || status === 410
    ? warning(path, what, "check the path of CUSTOMER_API_URL, unless it accepts only POST")
    : ok(path, what)
}
