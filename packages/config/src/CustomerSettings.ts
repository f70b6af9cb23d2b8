/** The customer's API that leads are delivered to. */
import {
  type Authentication,
  checkClientOptions,
  checkUrl,
  type CustomerClientOptions,
} from "@lead-gateway/customer-client"
import { Duration, Option, type Redacted, Result } from "effect"
import { customerAuthentication } from "./CustomerAuthentication.ts"
import * as CustomerKinds from "./CustomerKinds.ts"
import * as Kind from "./Kind.ts"
import * as Quantity from "./Quantity.ts"
import * as Settings from "./Settings.ts"
import { isSet } from "./Source.ts"

/** The customer's API. `Url` is an `Option` where leads may be received before a customer is known. */
export interface CustomerSettings<Url = URL> {
  readonly url: Url
  /** How deliveries authenticate. */
  readonly auth: Authentication
  /** Further headers of each delivery. */
  readonly headers: Option.Option<Readonly<Record<string, string>>>
  /** Each delivery has a signature of Standard Webhooks for each of these secrets. */
  readonly signingSecrets: Option.Option<ReadonlyArray<Redacted.Redacted>>
  /** The timeout of a whole exchange: connect, send, receive. */
  readonly timeout: Duration.Duration
  /** The timeout of what comes before the request is sent. */
  readonly connectTimeout: Option.Option<Duration.Duration>
  readonly http2: "auto" | "never"
  /** `product.name` in the customer payload. */
  readonly productName: string
  /** Whether the URL may resolve to private and loopback addresses. */
  readonly allowPrivate: boolean
  /** The private addresses, networks and host names that are allowed even if `allowPrivate` is false. */
  readonly allow: Option.Option<ReadonlyArray<string>>
}

const url = ["CUSTOMER_API_URL", Kind.httpUrl, "Where leads are delivered to"] as const

const allow = Settings.optional(
  "CUSTOMER_API_ALLOW",
  CustomerKinds.addresses,
  "The only private addresses that the customer's API may have, unless `CUSTOMER_API_ALLOW_PRIVATE` allows all",
)

const allowPrivate = (fallback: boolean) =>
  Settings.withDefault(
    "CUSTOMER_API_ALLOW_PRIVATE",
    Kind.boolean,
    "Whether the customer's API may have any private or loopback address (false by default if `CUSTOMER_API_ALLOW` is set); link-local ones are always refused",
    fallback,
  )

const timeRange = { minimum: Duration.millis(1), maximum: Duration.minutes(10) }

const productName = Settings.withDefault(
  "CUSTOMER_PRODUCT_NAME",
  Kind.text,
  "`product.name` in the customer payload",
  "solar_panel_installation",
)

const others = {
  auth: customerAuthentication,
  headers: Settings.optional(
    "CUSTOMER_API_HEADERS",
    CustomerKinds.headers,
    "Further headers of each delivery, one a line",
  ),
  signingSecrets: Settings.optional(
    "CUSTOMER_API_SIGNING_SECRETS",
    CustomerKinds.signingSecrets,
    "Secrets by which deliveries are signed (Standard Webhooks), beside `CUSTOMER_API_AUTH`; several while one is replaced",
  ),
  timeout: Settings.withDefault(
    "CUSTOMER_API_TIMEOUT",
    Quantity.duration(timeRange),
    "The timeout of a whole exchange with the customer's API",
    Duration.seconds(30),
  ),
  connectTimeout: Settings.optional(
    "CUSTOMER_API_CONNECT_TIMEOUT",
    Kind.withExample(Quantity.duration(timeRange), "5s"),
    "The timeout of its first part, until there is a connection; without it only `CUSTOMER_API_TIMEOUT` counts",
  ),
  http2: Settings.withDefault(
    "CUSTOMER_API_HTTP2",
    Kind.literals(["auto", "never"]),
    "Whether deliveries use HTTP/2: if the customer's API chooses it, or never",
    "auto",
  ),
  productName,
  allowPrivate: Settings.choose([allowPrivate(true), allowPrivate(false)], (source) =>
    allowPrivate(!isSet(source, "CUSTOMER_API_ALLOW")),
  ),
  allow,
}

/** What a process needs of the customer that decides, and does not deliver. */
export const productSettings: Settings.Settings<Pick<CustomerSettings, "productName">> = Settings.all({
  productName,
})

/** The customer of an app that delivers. */
export const customerSettings: Settings.Settings<CustomerSettings> = Settings.refine(
  Settings.all({ url: Settings.required(...url), ...others }),
  (customer) => check(customer, customer.url),
)

/** The customer of an app that also runs without one. */
export const optionalCustomerSettings: Settings.Settings<CustomerSettings<Option.Option<URL>>> =
  Settings.refine(Settings.all({ url: Settings.optional(...url), ...others }), (customer) =>
    check(customer, Option.getOrUndefined(customer.url)),
  )

/** The options of the client that delivers, for a worker, and for whatever looks at the customer as a worker would. */
export const customerClientOptions = (
  customer: Omit<CustomerSettings<unknown>, "url"> & { readonly url: URL },
): CustomerClientOptions => ({
  url: customer.url,
  auth: customer.auth,
  headers: Option.getOrUndefined(customer.headers),
  signingSecrets: Option.getOrUndefined(customer.signingSecrets),
  timeout: customer.timeout,
  connectTimeout: Option.getOrUndefined(customer.connectTimeout),
  http2: customer.http2,
  allowPrivate: customer.allowPrivate,
  allow: Option.getOrUndefined(customer.allow),
})

/**
 * Checks the options together, as the client does at its start: an IP address in the URL, and what each variable alone
 * cannot show, such as a header that two of them set. A host name is checked when it is resolved.
 */
const check = <C extends CustomerSettings<unknown>>(
  customer: C,
  url: URL | undefined,
): Result.Result<C, ReadonlyArray<string>> => {
  const checked = checkClientOptions(customerClientOptions({ ...customer, url: url ?? anyUrl }))
  if (Result.isSuccess(checked)) return Result.succeed(customer)
  return Result.fail(
    checked.failure.diagnostics.map(({ expected, path }) =>
      path === "url" && url !== undefined
        ? addressDiagnostic(customer, url)
        : `${variableOf(path)}: is invalid beside the other CUSTOMER_API settings; use ${expected}`,
    ),
  )
}

const anyUrl = new URL("https://customer.invalid/")

const addressDiagnostic = (customer: CustomerSettings<unknown>, url: URL): string =>
  `CUSTOMER_API_URL: "${Kind.httpUrl.show(url)}" is invalid; ` +
  Result.match(
    checkUrl(url, { allowPrivate: customer.allowPrivate, allow: Option.getOrUndefined(customer.allow) }),
    {
      onSuccess: () => `use ${Kind.httpUrl.expected}`,
      onFailure: ({ message }) => message,
    },
  )

/** The variable that sets an option of the client. */
const variableOf = (path: string): string => {
  const [option = ""] = path.split(".")
  return variables[path] ?? variables[option] ?? "CUSTOMER_API_URL"
}

const variables: Readonly<Record<string, string>> = {
  "auth.header": "CUSTOMER_API_AUTH",
  "auth.user": "CUSTOMER_API_USER",
  "auth.password": "CUSTOMER_API_PASSWORD",
  auth: "CUSTOMER_API_TOKEN",
  headers: "CUSTOMER_API_HEADERS",
  signingSecrets: "CUSTOMER_API_SIGNING_SECRETS",
  timeout: "CUSTOMER_API_TIMEOUT",
  connectTimeout: "CUSTOMER_API_CONNECT_TIMEOUT",
  http2: "CUSTOMER_API_HTTP2",
  allow: "CUSTOMER_API_ALLOW",
}
