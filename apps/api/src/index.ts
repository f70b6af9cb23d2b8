/**
 * The api as a value: takes leads by webhook and answers questions about them.
 *
 * `main.ts` runs it as a process of its own; the gateway runs it beside the worker.
 */
export { type ApiOptions, serve } from "./Api.ts"
