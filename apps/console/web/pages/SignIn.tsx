/** The sign-in: a token for a cookie. */
import { useSignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import { useDoing } from "../api.ts"
import { ErrorNotice } from "../components/ErrorNotice.tsx"
import { hasEnded, session, signIn } from "../session.ts"

export const SignIn = () => {
  const token = useSignal("")
  const isRefused = useSignal(false)
  const { error, isBusy, run } = useDoing()
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    document.title = "Sign in · Lead Gateway"
    // A browser sees to autofocus when it loads a page, and not when a session ends on it.
    field.current?.focus()
  }, [])
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    void run(async () => {
      isRefused.value = false
      await signIn(token.value.trim())
      isRefused.value = session.value === null
    })
  }
  return (
    <main class="alone">
      <form class="card" onSubmit={submit}>
        <h1>Lead Gateway</h1>
        {hasEnded.value && (
          <p class="notice warn" role="status">
            Your session has ended: the token was revoked, or has expired. Sign in to come back to this page.
            What was under way may have gone through: look before you repeat it.
          </p>
        )}
        <label>
          Token
          <input
            type="password"
            name="token"
            autocomplete="current-password"
            required
            ref={field}
            aria-invalid={isRefused.value}
            aria-describedby="token-help"
            value={token.value}
            onInput={(event) => (token.value = event.currentTarget.value)}
          />
        </label>
        {isRefused.value && (
          <p class="notice bad" role="alert">
            The gateway does not know this token. It may be mistyped, expired or revoked: paste it again, or
            ask an admin for a new one.
          </p>
        )}
        {error.value !== undefined && <ErrorNotice error={error.value} />}
        <button type="submit" class="primary" disabled={isBusy.value}>
          Sign in
        </button>
        <p id="token-help" class="fine">
          Paste the token that an admin made for you, on the page Access or with{" "}
          <code>lead-gateway token create</code>. The first admin uses one of <code>OPERATOR_TOKENS</code>. It
          is kept in a cookie that no script can read.
        </p>
      </form>
    </main>
  )
}
