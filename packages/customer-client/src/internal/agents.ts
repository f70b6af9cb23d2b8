import * as http from "node:http"
import * as https from "node:https"
import { type AddressPolicy } from "../AddressPolicy.ts"
import { checkedLookup } from "./checkedLookup.ts"

/** The connections to one customer. */
export interface Agents {
  /** Keeps connections alive between exchanges. */
  readonly pooled: http.Agent
  /** A new connection for each request. */
  readonly fresh: http.Agent
}

/**
 * Connections that only go to checked addresses.
 *
 * An idle connection is closed after 4 s, or a second before the time that the customer's `Keep-Alive` header
 * names: common servers (Node, Apache, uvicorn) close theirs after 5 s, and a request that crosses such a close
 * is lost. Proxy variables of the environment are not read.
 */
export const makeAgents = (url: URL, policy: AddressPolicy): Agents => {
  const { Agent } = url.protocol === "https:" ? https : http
  const options = {
    lookup: checkedLookup(policy),
    // Node tries a host's addresses in turn and gives each 250 ms; other continents need longer.
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: 1000,
  }
  return {
    pooled: new Agent({ ...options, keepAlive: true, timeout: idleTimeoutMs }),
    fresh: new Agent({ ...options, keepAlive: false }),
  }
}

const idleTimeoutMs = 4000
