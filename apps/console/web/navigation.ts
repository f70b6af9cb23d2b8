/** The console's pages, in the order in which the navigation has them. */
import type { Role } from "./session.ts"

/** A page in the navigation. */
export interface NavigationItem {
  readonly path: string
  readonly name: string
  /** Who may use it. */
  readonly role: Role
}

export const navigation: ReadonlyArray<NavigationItem> = [
  { path: "/console", name: "Overview", role: "viewer" },
  { path: "/console/leads", name: "Leads", role: "viewer" },
  { path: "/console/failures", name: "Failures", role: "viewer" },
  { path: "/console/customers", name: "Customers", role: "viewer" },
  { path: "/console/rules", name: "Rules", role: "viewer" },
  { path: "/console/unmapped", name: "Unmapped answers", role: "operator" },
  { path: "/console/health", name: "Health", role: "viewer" },
  { path: "/console/access", name: "Access", role: "admin" },
]

/** The item that a path belongs to: a lead's page to the leads. */
export const itemOf = (path: string): NavigationItem | undefined =>
  navigation.findLast(({ path: own }) => path === own || (own !== "/console" && path.startsWith(`${own}/`)))
