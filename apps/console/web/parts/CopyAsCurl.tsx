/** A lead as the command that sends it again, for whoever looks for a fault. */
import type { Json } from "@lead-gateway/client"
import { useSignal } from "@preact/signals"
import { Copyable } from "../components/Copyable.tsx"
import { curlOf } from "../curl.ts"
import { isOpen } from "../session.ts"

export const CopyAsCurl = ({ payload }: { readonly payload: Json }) => {
  const isShown = useSignal(false)
  return (
    <>
      <button type="button" aria-expanded={isShown.value} onClick={() => (isShown.value = !isShown.value)}>
        As a curl command
      </button>
      {isShown.value && (
        <Copyable text={curlOf(location.origin, payload, !isOpen())} label="Copy the command" />
      )}
    </>
  )
}
