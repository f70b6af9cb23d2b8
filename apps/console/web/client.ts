import { createClient } from "@lead-gateway/client"
import { noteDate } from "./clock.ts"

/** The api that served this page. The browser sends the session's cookie along. */
export const client = createClient({
  url: "",
  fetch: async (input, init) => {
    const response = await fetch(input, init)
    noteDate(response.headers.get("date"))
    return response
  },
})
