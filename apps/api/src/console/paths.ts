/** The paths of the web console. */
export const consolePaths = {
  home: "/",
  overview: "/console",
  session: "/console/session",
  below: "/console/*",
} as const

/** Where a path leads that everybody may open, from other sites too. */
export const isConsolePage = (path: string): boolean =>
  path === consolePaths.home ||
  path === consolePaths.overview ||
  (path.startsWith("/console/") && path !== consolePaths.session)
