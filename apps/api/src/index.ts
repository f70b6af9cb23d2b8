/**
 * The api as a value: receives leads by webhook and answers queries about them.
 *
 * `api` runs it as a process of its own; the gateway serves it in one process with the worker.
 */
export { api, config } from "./Api.ts"
export type { PreviewProgram } from "./preview/PreviewProcess.ts"
export { type ApiOptions, serve } from "./serve.ts"
