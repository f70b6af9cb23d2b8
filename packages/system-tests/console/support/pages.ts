/** Every page of the console, by the name that its pictures have. */
export const pages = {
  overview: "/console",
  leads: "/console/leads",
  lead: "/console/leads/1",
  failures: "/console/failures",
  customers: "/console/customers",
  rules: "/console/rules",
  unmapped: "/console/unmapped",
  health: "/console/health",
  access: "/console/access",
} as const
