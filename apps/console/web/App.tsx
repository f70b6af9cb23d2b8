/** The console: who is signed in sees its pages, anybody else the sign-in. */
import { useEffect } from "preact/hooks"
import { LocationProvider } from "preact-iso"
import { ErrorNotice } from "./components/ErrorNotice.tsx"
import { Pages } from "./Pages.tsx"
import { SignIn } from "./pages/SignIn.tsx"
import { loadSession, session } from "./session.ts"
import { useDoing } from "./api.ts"

export const App = () => {
  const { error, run } = useDoing()
  useEffect(() => void run(loadSession), [])

  if (error.value !== undefined) {
    return (
      <main class="alone">
        <ErrorNotice error={error.value} onRetry={() => void run(loadSession)} />
      </main>
    )
  }
  if (session.value === undefined) return <main class="alone" aria-busy="true" />
  if (session.value === null) return <SignIn />
  return (
    <LocationProvider scope="/console">
      <Pages />
    </LocationProvider>
  )
}
