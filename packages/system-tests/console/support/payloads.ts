/** Leads to send, and what a hostile one holds. */

/** A lead that the shipped rules accept. */
export const accepted = {
  phone: "+49123456789",
  zipcode: "66123",
  house: { is_owner: true },
  solar_offer_type: "Kaufen",
}

/** One that they reject. */
export const rejected = { ...accepted, zipcode: "10115" }

/** One that is parked: it has no phone. */
export const parked = { zipcode: "66123", house: { is_owner: true } }

/** Markup and scripts, as somebody would try them. */
export const markup = {
  script: "<script>alert(1)</script>",
  image: '"><img src=x onerror=alert(2)>',
  style: "</pre></style><style>*{display:none}</style>",
  link: "<a href='javascript:alert(3)'>{{7*7}}${7*7}</a>",
  elsewhere: '<iframe src="//elsewhere.example/"></iframe><link rel=stylesheet href=//elsewhere.example>',
}

/** A payload with markup in every field, also in the names of fields, and an id with more digits than a double has. */
export const hostile = {
  email: `${markup.image}@example.com`,
  phone: "+49 151 2345678",
  zipcode: "66123",
  house: { is_owner: true, [markup.script]: [markup.style, { [markup.image]: markup.link }] },
  [markup.script]: markup.elsewhere,
  [markup.link]: markup.script,
  first_name: markup.image,
  note: `it's ${markup.style}${markup.link}`,
  solar_offer_type: markup.image,
  solar_roof_type: markup.script,
  id: 12345678901234567890n,
}
