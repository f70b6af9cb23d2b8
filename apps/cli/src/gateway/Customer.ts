import { Effect, Option } from "effect"
import * as DemoCustomer from "./DemoCustomer.ts"

/** The customer that is configured; none: a demo customer of our own. */
export const chooseCustomer = Effect.fnUntraced(function* (configured: Option.Option<URL>) {
  if (Option.isSome(configured)) {
    return { url: configured.value, description: configured.value.host }
  }
  return {
    url: yield* DemoCustomer.start,
    description: "a demo customer that accepts every lead; set CUSTOMER_API_URL for a real one",
  }
})
