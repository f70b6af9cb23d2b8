/**
 * One HTTP exchange with a customer's API, answered by a typed outcome.
 *
 * Posts a text and returns the outcome: answered, unreachable, timed out, or refused because of the address. It decides
 * nothing about retries (`decide` of `@lead-gateway/retry-policy` takes its outcomes), follows no redirect, and never connects to forbidden addresses. `makeCustomerClient` is the API with promises, `CustomerClient` the one
 * for Effect.
 */
export { addressClass, type AddressPolicy } from "./AddressPolicy.ts"
export { checkClientOptions, type CustomerClientOptions } from "./ClientOptions.ts"
export {
  type Authentication,
  type CustomerApi,
  CustomerOptionsInvalid,
  type OptionDiagnostic,
} from "./CustomerApi.ts"
export { CustomerClient } from "./CustomerClient.ts"
export { addressCheck, type AddressCheck, checkUrl, CustomerUrlInvalid } from "./CustomerUrl.ts"
export { DeliveryOutcome, type DeliveryRequest, type UnreachableKind } from "./Delivery.ts"
export {
  makeCustomerClient,
  type PlainCustomerClient,
  type PlainCustomerClientOptions,
} from "./PlainCustomerClient.ts"
