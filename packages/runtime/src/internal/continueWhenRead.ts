import type { IncomingMessage, ServerResponse } from "node:http"

/**
 * Tells a sender that waits for it (`Expect: 100-continue`) to go on, as soon as somebody reads the body; a
 * request that is answered without its body is never asked for it.
 */
export const continueWhenRead = (request: IncomingMessage, response: ServerResponse): void => {
  const onListener = (event: string | symbol) => {
    if (event !== "data" && event !== "readable") return
    request.off("newListener", onListener)
    if (!response.headersSent) response.writeContinue()
  }
  request.on("newListener", onListener)
}
