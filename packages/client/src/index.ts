/**
 * A typed client of Lead Gateway's HTTP API: for dashboards, scripts and other services, in Node and in browsers.
 *
 * Its shapes are those on the wire, in `wire.ts`, which is written from the contract by a test. It uses the platform's
 * `fetch` and nothing else. It sends nothing twice: who wants that, does so by `ApiError.retryAfter`.
 */
export { ApiError } from "./ApiError.ts"
export type { Client } from "./Client.ts"
export { createClient } from "./createClient.ts"
export type { EventOptions, LiveEvent, Subscription } from "./events.ts"
export {
  type Json,
  type JsonInput,
  type JsonInputObject,
  type JsonObject,
  parse as parseJson,
  type RawNumber,
} from "./Json.ts"
export type { Pages } from "./pages.ts"
export type { CallOptions, ClientOptions, Secret } from "./request.ts"
export type * from "./wire.ts"
