/** The console: who is signed in sees its pages, anybody else the sign-in. */
import { useEffect } from "preact/hooks"
import { LocationProvider } from "preact-iso"
import { ErrorNotice } from "./components/ErrorNotice.tsx"
import { Pages } from "./Pages.tsx"
import { SignIn } from "./pages/SignIn.tsx"
import { loadSession, session } from "./session.ts"
import { useDoing } from "./api.ts"
import { isPassing, retryMsOf } from "./passing.ts"

export const App = () => {
  const { error, run } = useDoing()
  const { value: failure } = error
  useEffect(() => void run(loadSession), [])
  useEffect(() => {
    if (failure === undefined || !isPassing(failure)) return
    const timer = setTimeout(() => void run(loadSession), retryMsOf(failure))
    return () => clearTimeout(timer)
  }, [failure])

  if (failure !== undefined) {
    return (
      <main class="alone">
        <ErrorNotice error={failure} onRetry={() => void run(loadSession)} isRetried />
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
