import { createClient } from "@lead-gateway/client"

/** The api that served this page. The browser sends the session's cookie along. */
export const client = createClient({ url: "" })
