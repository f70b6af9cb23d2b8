/** The names of the presets, in the order of the documentation. */
export const presetNames = [
  "standard-webhooks",
  "meta",
  "typeform",
  "hubspot-v3",
  "stripe",
  "shopify",
  "tally",
  "tiktok",
  "linkedin",
  "google-ads",
] as const
