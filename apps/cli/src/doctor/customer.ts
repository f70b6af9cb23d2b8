import { addressClass, checkUrl } from "@lead-gateway/customer-client"
import { Duration, Effect, Option, Result } from "effect"
import type { LookupAddress } from "node:dns"
import { lookup } from "node:dns/promises"
import { isIP } from "node:net"
import { about, type Finding } from "./Finding.ts"
import type { Patient } from "./Patient.ts"
import { type Answer, knock } from "./knock.ts"

const { ok, warning, wrong } = about("customer")

type Settings = Option.Option.Value<Patient["customer"]>

/**
 * Whether the customer's API is found, connected to and answers: its name, its addresses, TLS, and what it says to
 * somebody who sends no lead and no token.
 */
export const lookAtCustomer = Effect.fnUntraced(function* ({
  customer,
  server,
}: Patient): Effect.fn.Return<ReadonlyArray<Finding>> {
  if (Option.isNone(customer)) return []
  const { url } = customer.value
  if (Option.isNone(url)) {
    const demo =
      server === "start" ? "none is configured; a demo customer accepts every lead" : "none is configured"
    return [warning("CUSTOMER_API_URL", demo, "set CUSTOMER_API_URL to deliver to a real one")]
  }
  return yield* lookAt(url.value, customer.value)
})

const lookAt = Effect.fnUntraced(function* (
  url: URL,
  settings: Settings,
): Effect.fn.Return<ReadonlyArray<Finding>> {
  const checked = checkUrl(url, settings)
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
  const refused = addresses.filter(({ address }) => !mayBeUsed(address, settings))
  if (refused.length > 0) return [...name, ...refused.map((address) => refusal(host, address))]

  const answer = yield* Effect.promise(() =>
    knock({ url: checked.success, addresses, timeoutMs: Duration.toMillis(settings.timeout) }),
  )
  return [...name, ...answerFindings(url, answer, Option.isSome(settings.token))]
})

const mayBeUsed = (address: string, { allowPrivate }: Settings): boolean => {
  const found = addressClass(address)
  return found === "public" || (found === "private" && allowPrivate)
}

const refusal = (host: string, { address }: LookupAddress): Finding => {
  const found = addressClass(address)
  return wrong(
    host,
    `resolves to ${address}, a ${found} address, where no lead is delivered`,
    found === "private" ? "set CUSTOMER_API_ALLOW_PRIVATE=true if that is meant" : "name another host",
  )
}

/** Findings about the connection, about TLS and about what was answered. */
export const answerFindings = (url: URL, answer: Answer, hasToken: boolean): ReadonlyArray<Finding> => {
  const where = url.host
  const path = `${where}${url.pathname}`
  switch (answer._tag) {
    case "NotConnected":
      return [
        wrong(where, `cannot be connected to (${answer.code})`, "check CUSTOMER_API_URL and the firewall"),
      ]
    case "NotSecure":
      return [wrong(where, `no TLS session (${answer.code})`, tlsAdvice(answer.code))]
    case "NotAnswered":
      return [
        ok(where, "takes connections"),
        wrong(path, `does not answer in HTTP (${answer.code})`, "ask the customer what listens there"),
      ]
    case "Answered": {
      const { certificateDays, status, tls } = answer
      return [
        ok(where, "takes connections"),
        ...tlsFindings(where, tls, certificateDays),
        statusFinding(path, status, hasToken),
      ]
    }
  }
}

const tlsAdvice = (code: string): string => {
  if (code === "CERT_HAS_EXPIRED") return "ask the customer for a valid certificate"
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "use the name that the certificate is for"
  if (/SELF_SIGNED|UNABLE_TO|ISSUER/.test(code)) return "name the customer's authority by NODE_EXTRA_CA_CERTS"
  return "check that the port speaks TLS"
}

const tlsFindings = (
  where: string,
  tls: string | undefined,
  certificateDays: number | undefined,
): ReadonlyArray<Finding> => {
  if (tls === undefined) {
    return [
      warning(where, "no TLS: leads are sent in the clear", "use https unless the way there is your own"),
    ]
  }
  if (certificateDays === undefined) return [ok(where, tls)]
  const what = `${tls}, certificate for ${certificateDays} more days`
  return certificateDays < 14 ? [warning(where, what, "ask the customer to renew it")] : [ok(where, what)]
}

/** A GET without a token and without a lead: most APIs answer it with 401, 403 or 405. */
const statusFinding = (path: string, status: number, hasToken: boolean): Finding => {
  const what = `answers ${status} to a GET without token and lead`
  if (status >= 500) return warning(path, what, "ask the customer whether their API is up")
  if (status >= 300 && status < 400) {
    return wrong(path, `${what}, and redirects are never followed`, "set CUSTOMER_API_URL to where it leads")
  }
  if ((status === 401 || status === 403) && !hasToken) {
    return warning(path, what, "set CUSTOMER_API_TOKEN if it wants one")
  }
  return status === 404 || status === 410
    ? warning(path, what, "check the path of CUSTOMER_API_URL, unless it takes nothing but POST")
    : ok(path, what)
}
