/**
 * A Node HTTP server as Lead Gateway's processes need it.
 *
 * `listen` names every request, answers broken ones and stops drained; `handlerOf` makes a handler of an
 * `HttpRouter`. Used by the api and the worker. Routes and their meaning are the apps'.
 */
export { type Handler, listen, ListenFailed, type HttpListenerOptions } from "./HttpListener.ts"
export { errorResponse, handlerOf } from "./routes.ts"
