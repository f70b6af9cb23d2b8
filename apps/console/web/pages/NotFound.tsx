import { Page } from "../components/Page.tsx"

/** For an address that the console does not have. */
export const NotFound = () => (
  <Page title="No such page">
    <p>
      The console has no page at this address. <a href="/console">Go to the overview</a>
    </p>
  </Page>
)
