import type { IncomingMessage, ServerResponse } from "node:http"

/**
 * Sends `100 Continue` to a sender that waits for it (`Expect: 100-continue`) as soon as the handler reads the body. A
 * request that is answered without reading the body gets no `100 Continue`.
 */
export const continueWhenRead = (request: IncomingMessage, response: ServerResponse): void => {
  const onListener = (event: string | symbol) => {
    if (event !== "data" && event !== "readable") return
    request.off("newListener", onListener)
    if (!response.headersSent) response.writeContinue()
  }
  request.on("newListener", onListener)
}
