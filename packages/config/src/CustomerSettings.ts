/** The customer's API that leads are delivered to. */
import { checkUrl } from "@lead-gateway/customer-client"
import { Duration, Option, type Redacted, Result } from "effect"
import * as Kind from "./Kind.ts"
import * as Quantity from "./Quantity.ts"
import * as Settings from "./Settings.ts"

/** The customer's API. `Url` is an `Option` where leads may be received before a customer is known. */
export interface CustomerSettings<Url = URL> {
  readonly url: Url
  /** The bearer token that deliveries carry. */
  readonly token: Option.Option<Redacted.Redacted>
  /** The timeout of a whole exchange: connect, send, receive. */
  readonly timeout: Duration.Duration
  /** `product.name` in the customer payload. */
  readonly productName: string
  /** Whether the URL may resolve to private and loopback addresses. */
  readonly allowPrivate: boolean
}

const url = ["CUSTOMER_API_URL", Kind.httpUrl, "Where leads are delivered to"] as const

const others = {
  token: Settings.optional("CUSTOMER_API_TOKEN", Kind.token, "Bearer token that deliveries carry"),
  timeout: Settings.withDefault(
    "CUSTOMER_API_TIMEOUT",
    Quantity.duration({ minimum: Duration.millis(1), maximum: Duration.minutes(10) }),
    "The timeout of a whole exchange with the customer's API",
    Duration.seconds(30),
  ),
  productName: Settings.withDefault(
    "CUSTOMER_PRODUCT_NAME",
    Kind.text,
    "`product.name` in the customer payload",
    "solar_panel_installation",
  ),
  allowPrivate: Settings.withDefault(
    "CUSTOMER_API_ALLOW_PRIVATE",
    Kind.boolean,
    "Whether the customer's API may have a private or loopback address; link-local ones are always refused",
    true,
  ),
}

/** The customer of an app that delivers. */
export const customerSettings: Settings.Settings<CustomerSettings> = Settings.refine(
  Settings.all({ url: Settings.required(...url), ...others }),
  (customer) => checkAddress(customer, customer.url),
)

/** The customer of an app that also runs without one. */
export const optionalCustomerSettings: Settings.Settings<CustomerSettings<Option.Option<URL>>> =
  Settings.refine(Settings.all({ url: Settings.optional(...url), ...others }), (customer) =>
    Option.match(customer.url, {
      onNone: () => Result.succeed(customer),
      onSome: (url) => checkAddress(customer, url),
    }),
  )

/** Checks an IP address in the URL; a host name is checked when it is resolved. */
const checkAddress = <C extends CustomerSettings<unknown>>(
  customer: C,
  url: URL,
): Result.Result<C, ReadonlyArray<string>> =>
  Result.mapBoth(checkUrl(url, customer), {
    onSuccess: () => customer,
    onFailure: ({ message }) => [`CUSTOMER_API_URL: "${Kind.httpUrl.show(url)}" is invalid; ${message}`],
  })
