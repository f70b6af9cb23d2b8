/** Tokens and the audit, for admins. */
import { Page } from "../components/Page.tsx"
import { AuditLog } from "../parts/AuditLog.tsx"
import { Tokens } from "../parts/Tokens.tsx"

export const Access = () => (
  <Page title="Access">
    <Tokens />
    <AuditLog />
  </Page>
)
