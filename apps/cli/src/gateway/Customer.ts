/** The customer of the gateway: the configured one, or a demo customer that runs in the same process. */
import type { CustomerSettings } from "@lead-gateway/config"
import { Effect, Option } from "effect"
import { startDemoCustomer } from "./DemoCustomer.ts"

/**
 * The configured customer; without a URL, a demo customer that is started for the current scope. It is on loopback, which is
 * allowed whatever addresses a real customer may have.
 */
export const chooseCustomer = Effect.fnUntraced(function* (configured: CustomerSettings<Option.Option<URL>>) {
  if (Option.isSome(configured.url)) {
    const url = configured.url.value
    return { customer: { ...configured, url }, description: url.host }
  }
  return {
    customer: {
      ...configured,
      url: yield* startDemoCustomer({ host: "127.0.0.1", port: 0 }),
      allowPrivate: true,
    },
    description: "a demo customer that accepts every lead; set CUSTOMER_API_URL for a real one",
  }
})
