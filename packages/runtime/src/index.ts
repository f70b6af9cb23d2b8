/**
 * What every process of Lead Gateway shares: how it starts, serves HTTP, fails and stops.
 *
 * `runMain` reads settings, sets up logs and the exit code; `listen` names every request, answers broken ones
 * and stops drained; `handlerOf` makes a handler of an `HttpRouter`. Used by the apps; routes and their
 * meaning are theirs.
 */
export { type Handler, listen, ListenFailed, type HttpListenerOptions } from "./HttpListener.ts"
export type { HttpResponse } from "./HttpResponse.ts"
export { type Reply, respond, sendJson } from "./respond.ts"
export { handlerOf } from "./routes.ts"
export { runCli } from "./runCli.ts"
export { runCommand } from "./runCommand.ts"
export { type Program, runMain } from "./runMain.ts"
