import { oneLine } from "@lead-gateway/document-check"
import * as Terminal from "@lead-gateway/runtime/terminal"
import { Effect } from "effect"
import { type AddressInfo, isIPv6 } from "node:net"

/** What the banner shows of a gateway that has just started. */
export interface BannerFacts {
  /** The URL of the api from this machine, such as `http://127.0.0.1:8080`. */
  readonly url: string
  /** Where the database is: a folder or a server. */
  readonly data: string
  readonly customer: string
  readonly authEnabled: boolean
}

/** The start banner: addresses, and one command that sends a lead and prints its history. */
export const banner = ({ url, data, customer, authEnabled }: BannerFacts): string => `
Lead Gateway is ready.

  address    ${url}
  console    ${url}/console${when(authEnabled, ", with an operator's token")}
  api        ${url}/openapi.json
  data       ${oneLine(data)}
  customer   ${oneLine(customer)}

Paste this to send a lead, and to print its history a second later:

  curl -s ${when(authEnabled, '-H "Authorization: Bearer $OPERATOR_TOKEN" ')}"${url}/stats/leads/$(curl -s ${url}/webhooks/leads \\
    -H 'Content-Type: application/json' ${when(authEnabled, '-H "X-Shared-Secret: $SHARED_SECRET" ')}\\
    -d '${example}' \\
    | grep -o '[0-9]*' | head -n 1; sleep 1)/history"

`

const when = (shown: boolean, option: string) => (shown ? option : "")

const example = JSON.stringify({
  email: "customer@example.com",
  phone: "+49123456789",
  zipcode: "66123",
  house: { is_owner: true },
  solar_energy_consumption: "5000",
  solar_offer_type: "Kaufen",
})

/** The URL by which this machine reaches an address that is listened on: `0.0.0.0` becomes `127.0.0.1`. */
export const urlOf = ({ address, port }: Pick<AddressInfo, "address" | "port">): string => {
  const host = { "0.0.0.0": "127.0.0.1", "::": "::1" }[address] ?? address
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`
}

/** Prints a text after the entries logged so far, which the logger writes at the end of this turn of the event loop. */
export const print = (text: string): Effect.Effect<void> =>
  Effect.callback((resume) => {
    setImmediate(() => {
      Terminal.write(process.stdout, text)
      resume(Effect.void)
    })
  })
