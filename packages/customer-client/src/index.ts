/**
 * One HTTP exchange with a customer's API, answered by a typed outcome.
 *
 * A worker gives it the text to post and learns how that ended: answered, unreachable, timed out, or refused
 * for the address. It decides nothing about retries (see `@lead-gateway/retry-policy`), follows no redirect,
 * and never connects to forbidden addresses. `makeCustomerClient` is the API with promises, `CustomerClient` the one
 * for Effect.
 */
export { addressClass, type AddressPolicy } from "./AddressPolicy.ts"
export type { Authentication } from "./Authentication.ts"
export type { CustomerApi } from "./CustomerApi.ts"
export { CustomerClient, type CustomerClientOptions } from "./CustomerClient.ts"
export { CustomerOptionsInvalid, type OptionMistake } from "./CustomerOptionsInvalid.ts"
export { checkUrl, CustomerUrlInvalid } from "./CustomerUrl.ts"
export { DeliveryOutcome, type UnreachableKind } from "./DeliveryOutcome.ts"
export type { DeliveryRequest } from "./DeliveryRequest.ts"
export {
  makeCustomerClient,
  type PlainCustomerClient,
  type PlainCustomerClientOptions,
} from "./PlainCustomerClient.ts"
