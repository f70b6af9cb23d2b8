/** The bytes of a webhook with a realistic lead, each with a number of its own in e-mail, phone, reference and id. */
import { createHmac } from "node:crypto"

/** What a sender does for its webhooks: nothing, give each an `Idempotency-Key`, or sign each as Standard Webhooks has it. */
export type Sending = "plain" | "keys" | "signed"

/** The secret of `signed` senders, for `WEBHOOK_SIGNING_SECRETS`. */
export const signingSecret = `whsec_${Buffer.alloc(32, "bench").toString("base64")}`

/** The placeholder for the number. */
const mark = "########"

const body = JSON.stringify({
  lead_reference: `solar-${mark}`,
  email: `Anna.Muster.${mark}@Example.com`,
  phone: `+49151${mark}`,
  first_name: "Anna",
  last_name: "Müller-Lüdenscheidt",
  street: "Am Staden",
  housenumber: "14a",
  zipcode: "66123",
  city: "Saarbrücken",
  country: "DE",
  house: { is_owner: true },
  solar_offer_type: "Kaufen",
  solar_energy_consumption: "5000",
  solar_monthly_electricity_bill: "140",
  solar_property_type: "Einfamilienhaus",
  solar_roof_type: "Satteldach",
  solar_roof_material: "Dachziegel",
  solar_south_location: "Süd-West",
  comment: "Bitte erst nach 17 Uhr anrufen.",
})

/** The place of a signature: as long as one in base64. */
const signatureMark = "?".repeat(44)

/** Marks a lead's correlation id, by which the customer tells leads apart. */
const correlationIdOf = (number: string) => `00000000-0000-4000-8000-0000${number}`

/** The lead's number in a correlation id. */
export const leadNumberOf = (correlationId: string): number => Number(correlationId.slice(-mark.length))

/** A request buffer that is refilled for each lead, as a sender of that kind makes it: its bytes are valid until the next call. */
export const leadRequest = (
  port: number,
  sending: Sending = "plain",
): { readonly numbered: (lead: number) => Buffer } => {
  const timestamp = Math.floor(Date.now() / 1000)
  const head = [
    "POST /webhooks/leads HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "User-Agent: lead-forms/2.4",
    "Accept: application/json",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Correlation-ID: ${correlationIdOf(mark)}`,
    ...(sending === "keys" ? [`Idempotency-Key: key-of-lead-${mark}`] : []),
    ...(sending === "signed"
      ? [
          `webhook-id: msg_${mark}`,
          `webhook-timestamp: ${timestamp}`,
          `webhook-signature: v1,${signatureMark}`,
        ]
      : []),
  ]
  const bytes = Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`)
  const places: Array<number> = []
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) places.push(at)
  const signatureAt = bytes.indexOf(signatureMark)
  const bodyAt = bytes.indexOf("\r\n\r\n") + 4
  const idAt = bytes.indexOf("msg_")
  const key = Buffer.from(signingSecret.slice("whsec_".length), "base64")
  const sign = () => {
    const id = bytes.toString("latin1", idAt, idAt + 4 + mark.length)
    const signature = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(bytes.subarray(bodyAt))
    bytes.write(signature.digest("base64"), signatureAt, "latin1")
  }
  return {
    numbered: (lead) => {
      let left = lead
      for (let digit = mark.length - 1; digit >= 0; digit--) {
        const code = 48 + (left % 10)
        left = Math.floor(left / 10)
        for (const place of places) bytes[place + digit] = code
      }
      if (sending === "signed") sign()
      return bytes
    },
  }
}
