/** The bytes of a webhook with a realistic lead, each with a number of its own in e-mail, phone, reference and id. */

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

/** Marks a lead's correlation id, by which the customer tells leads apart. */
const correlationIdOf = (number: string) => `00000000-0000-4000-8000-0000${number}`

/** The lead's number in a correlation id. */
export const leadNumberOf = (correlationId: string): number => Number(correlationId.slice(-mark.length))

/** A request buffer that is refilled for each lead, with an `Idempotency-Key` or without: its bytes are valid until the next call. */
export const leadRequest = (
  port: number,
  hasKey = false,
): { readonly numbered: (lead: number) => Buffer } => {
  const head = [
    "POST /webhooks/leads HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "User-Agent: lead-forms/2.4",
    "Accept: application/json",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Correlation-ID: ${correlationIdOf(mark)}`,
    ...(hasKey ? [`Idempotency-Key: key-of-lead-${mark}`] : []),
  ]
  const bytes = Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`)
  const places: Array<number> = []
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) places.push(at)
  return {
    numbered: (lead) => {
      let left = lead
      for (let digit = mark.length - 1; digit >= 0; digit--) {
        const code = 48 + (left % 10)
        left = Math.floor(left / 10)
        for (const place of places) bytes[place + digit] = code
      }
      return bytes
    },
  }
}
