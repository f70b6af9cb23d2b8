/** A page: its heading, what it does meanwhile, and its content. */
import type { ComponentChildren } from "preact"
import { useEffect, useRef } from "preact/hooks"

interface PageProps {
  readonly title: string
  /** Beside the heading: choices and actions for the whole page. */
  readonly actions?: ComponentChildren
  readonly isLoading?: boolean
  readonly children: ComponentChildren
}

/** The heading gets the focus when the page is opened, so that a screen reader says where one is. */
export const Page = ({ actions, children, isLoading = false, title }: PageProps) => {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · Lead Gateway`
  }, [title])
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  return (
    <main id="page" aria-busy={isLoading}>
      <div class="head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions}
      </div>
      {children}
    </main>
  )
}
