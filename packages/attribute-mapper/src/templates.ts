import type { JsonObject } from "@lead-gateway/lossless-json"

/** The customer payload's default shape; the same as `config/customer_payload_template.json`. */
export const defaultTemplate = {
  phone: { $field: "phone", required: true },
  product: { name: { $constant: "product.name", required: true } },
  attributes: { $attributes: "list" },
} as const satisfies JsonObject

/** The second shape that ships; the same as `config/customer_payload_template.nested.json`. */
export const nestedTemplate = {
  lead: {
    phone: { $field: "phone", required: true },
    email: { $field: "email" },
    first_name: { $field: "first_name" },
    last_name: { $field: "last_name" },
    street: { $field: "street" },
    housenumber: { $field: "housenumber" },
    postcode: { $field: "zipcode" },
    city: { $field: "city" },
    country: { $field: "country" },
  },
  product: { name: { $constant: "product.name", required: true } },
  lead_attributes: { $attributes: "object" },
  meta_attributes: { unique_id: { $meta: "lead_id" } },
} as const satisfies JsonObject
