/** For a page that needs a larger role, such as the one behind an admin's link. */
import { Page } from "../components/Page.tsx"
import { type Role, session } from "../session.ts"

export const NotAllowed = ({ role }: { readonly role: Role }) => (
  <Page title="Not for your role">
    <p>
      This page needs the role <b>{role}</b>. You are signed in as {session.value?.name}, with the role{" "}
      <b>{session.value?.role}</b>. Ask an admin for another token, then sign out and sign in with that.
    </p>
    <p>
      <a href="/console">Go to the overview</a>
    </p>
  </Page>
)
