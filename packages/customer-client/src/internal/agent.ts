import * as http from "node:http"
import * as https from "node:https"
import { type AddressPolicy } from "../AddressPolicy.ts"
import { checkedLookup } from "./checkedLookup.ts"

/**
 * The connections to one customer: kept alive between exchanges, and made to checked addresses only.
 *
 * An idle connection is closed after 4 s, or a second before the time that the customer's `Keep-Alive` header
 * names: common servers (Node, Apache, uvicorn) close theirs after 5 s, and a request that crosses such a close
 * is lost. Proxy variables of the environment are not read.
 */
export const makeAgent = (url: URL, policy: AddressPolicy): http.Agent => {
  const { Agent } = url.protocol === "https:" ? https : http
  return new Agent({
    lookup: checkedLookup(policy),
    // Node tries a host's addresses in turn and gives each 250 ms; other continents need longer.
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: 1000,
    keepAlive: true,
    timeout: idleTimeoutMs,
  })
}

const idleTimeoutMs = 4000
