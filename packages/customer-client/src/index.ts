/**
 * One HTTP exchange with a customer's API, answered by a typed outcome.
 *
 * A worker gives it the text to post and learns how that ended: answered, unreachable, timed out, or refused
 * for the address. It decides nothing about retries (see `@lead-gateway/retry-policy`), follows no redirect,
 * and never talks to addresses that no customer has.
 */
export { addressClass, type AddressPolicy } from "./AddressPolicy.ts"
export {
  CustomerClient,
  type CustomerClientOptions,
  CustomerTokenInvalid,
  type DeliveryRequest,
} from "./CustomerClient.ts"
export { checkUrl, CustomerUrlInvalid } from "./CustomerUrl.ts"
export { DeliveryOutcome, type UnreachableKind } from "./DeliveryOutcome.ts"
