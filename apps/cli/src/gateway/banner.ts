import { Effect } from "effect"
import { type AddressInfo, isIPv6 } from "node:net"

/** What a person needs to know of a gateway that has just started. */
export interface BannerFacts {
  /** Where the api is reached from this machine, such as `http://127.0.0.1:8080`. */
  readonly url: string
  /** Where the leads are: a folder or a server. */
  readonly data: string
  readonly customer: string
  readonly authEnabled: boolean
}

/** The start banner: addresses, and one command that shows the whole loop. */
export const banner = ({ url, data, customer, authEnabled }: BannerFacts): string => `
Lead Gateway is ready.

  address    ${url}
  api        ${url}/openapi.json
  data       ${data}
  customer   ${customer}

Paste this to send a lead, and to see a second later what became of it:

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

/** Where an address that is listened on is reached from this machine: `0.0.0.0` is `127.0.0.1` then. */
export const urlOf = ({ address, port }: Pick<AddressInfo, "address" | "port">): string => {
  const reached = { "0.0.0.0": "127.0.0.1", "::": "::1" }[address] ?? address
  return `http://${isIPv6(reached) ? `[${reached}]` : reached}:${port}`
}

/** Prints a text for people after what was logged, which the logger writes at the end of this turn of the loop. */
export const print = (text: string): Effect.Effect<void> =>
  Effect.callback((resume) => {
    setImmediate(() => {
      process.stdout.write(text)
      resume(Effect.void)
    })
  })
