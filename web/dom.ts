type Child = Node | string | undefined | false
type Listener = (event: Event) => void

/** An element with properties, attributes (`aria-…`, `role`, …) and listeners (`onclick`). Text is always only text. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  given: Readonly<Record<string, string | boolean | Listener | undefined>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else if (value === true) element.setAttribute(name, '')
    else if (typeof value === 'string') element.setAttribute(name, value)
  }
  element.append(
    ...children.filter((child): child is Node | string => child !== undefined && child !== false),
  )
  return element
}

/** What this browser keeps of the person's choices; nothing secret. Private windows may refuse. */
export const kept = {
  get(name: string): string | undefined {
    try {
      return localStorage.getItem(`cocod.${name}`) ?? undefined
    } catch {
      return undefined
    }
  },
  set(name: string, value: string): void {
    try {
      localStorage.setItem(`cocod.${name}`, value)
    } catch {
      // Then it is forgotten.
    }
  },
}
