/** The frame around every page: navigation, who is signed in, and the page of the path. */
import { ErrorBoundary, lazy, Route, Router, useLocation } from "preact-iso"
import type { ComponentType } from "preact"
import { useEffect, useRef } from "preact/hooks"
import { useDoing } from "./api.ts"
import { ErrorNotice } from "./components/ErrorNotice.tsx"
import { isLive } from "./live.ts"
import { itemOf, navigation } from "./navigation.ts"
import { NotAllowed } from "./pages/NotAllowed.tsx"
import { NotFound } from "./pages/NotFound.tsx"
import { NotLoaded } from "./pages/NotLoaded.tsx"
import { isOpen, may, type Role, session, signOut } from "./session.ts"

/** A page whose program is loaded when it is opened; after an upgrade of the gateway its files have other names. */
const later = <Props,>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> =>
  lazy(() => load().catch(() => NotLoaded as ComponentType<Props>))

/** A page for a role; whoever has a smaller one is told so, and the api is not asked. */
const only =
  <Props extends object>(role: Role, Page: ComponentType<Props>): ComponentType<Props> =>
  (props) =>
    may(role) ? <Page {...props} /> : <NotAllowed role={role} />

// What is seen first comes with the program, everything else when it is opened.
import { Overview } from "./pages/Overview.tsx"
const Leads = later(async () => (await import("./pages/Leads.tsx")).Leads)
const Lead = later(async () => (await import("./pages/Lead.tsx")).Lead)
const Customers = later(async () => (await import("./pages/Customers.tsx")).Customers)
const Unmapped = only(
  "operator",
  later(async () => (await import("./pages/Unmapped.tsx")).Unmapped),
)
const Rules = later(async () => (await import("./pages/Rules.tsx")).Rules)
const Failures = later(async () => (await import("./pages/Failures.tsx")).Failures)
const Health = later(async () => (await import("./pages/Health.tsx")).Health)
const Access = only(
  "admin",
  later(async () => (await import("./pages/Access.tsx")).Access),
)

export const Pages = () => (
  <div class="frame">
    <a class="skip" href="#page">
      Skip to the page
    </a>
    <Bar />
    <ErrorBoundary>
      <Router>
        <Route path="/console" component={Overview} />
        <Route path="/console/leads" component={Leads} />
        <Route path="/console/leads/:id" component={Lead} />
        <Route path="/console/customers" component={Customers} />
        <Route path="/console/rules" component={Rules} />
        <Route path="/console/failures" component={Failures} />
        <Route path="/console/unmapped" component={Unmapped} />
        <Route path="/console/health" component={Health} />
        <Route path="/console/access" component={Access} />
        <Route default component={NotFound} />
      </Router>
    </ErrorBoundary>
  </div>
)

const Bar = () => {
  const { path } = useLocation()
  const current = itemOf(path)
  const who = session.value
  const leaving = useDoing()
  const list = useRef<HTMLUListElement>(null)
  // Where the bar is too narrow for all names, it shows the one of the page.
  useEffect(() => {
    list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" })
  }, [current])
  return (
    <header class="bar">
      <a class="brand" href="/console">
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <path d="M3 5h18l-7 8v6l-4 2v-8z" fill="currentColor" />
        </svg>
        Lead Gateway
      </a>
      <nav aria-label="Pages">
        <ul ref={list}>
          {navigation
            .filter(({ role }) => may(role))
            .map((item) => (
              <li key={item.path}>
                <a href={item.path} aria-current={item === current ? "page" : undefined}>
                  {item.name}
                </a>
              </li>
            ))}
        </ul>
      </nav>
      <div class="who">
        {isLive.value !== undefined && (
          <span class={isLive.value ? "live on" : "live"} role="status">
            {isLive.value ? "Live" : "Not live"}
          </span>
        )}
        {isOpen() ? (
          <span title="The gateway runs with ENABLE_AUTH=false: everybody who reaches it may do everything.">
            No sign-in
          </span>
        ) : (
          <>
            <span>
              {who?.name} <small>{who?.role}</small>
            </span>
            <button type="button" class="quiet" onClick={() => void leaving.run(signOut)}>
              Sign out
            </button>
          </>
        )}
      </div>
      {leaving.error.value !== undefined && <ErrorNotice error={leaving.error.value} />}
    </header>
  )
}
