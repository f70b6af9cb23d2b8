/**
 * The api as a value: takes leads by webhook and answers questions about them.
 *
 * `api` is it as a process of its own; the gateway serves it beside the worker.
 */
export { type ApiOptions, serve } from "./Api.ts"
export { config } from "./Config.ts"
export { api } from "./program.ts"
