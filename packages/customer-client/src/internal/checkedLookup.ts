import { lookup } from "node:dns"
import type { LookupFunction } from "node:net"
import type { AddressCheck } from "./addressCheck.ts"

/** The host resolves to a refused address; the message names the address and its class. */
export class AddressRefusal extends Error {
  override readonly name = "AddressRefusal"
}

/**
 * Resolves a host as the operating system does, and fails with {@link AddressRefusal} if *any* of its addresses
 * is not allowed: which one a connection would get must not depend on the order of an answer.
 *
 * The socket connects to the very addresses given here, so a name that changes its mind between the check and
 * the connection gains nothing.
 */
export const checkedLookup =
  (check: AddressCheck): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, [])
      for (const { address } of addresses) {
        const refusal = check(hostname, address)
        if (refusal === undefined) continue
        return callback(new AddressRefusal(`the customer's host resolves to ${refusal}`), [])
      }
      const [first] = addresses
      // A replacement for Node's resolver may succeed with an empty list, on which `net` throws.
      if (first === undefined) {
        const none = Object.assign(new Error("no address"), { code: "ENODATA", syscall: "getaddrinfo" })
        return callback(none, [])
      }
      if (options.all) return callback(null, addresses)
      callback(null, first.address, first.family)
    })
  }
