/** What the keys of the page do. */
export interface Commands {
  assets(): void
  jump(): void
  find(): void
  files(): void
  help(): void
  /** Next tab (1) or previous one (-1). */
  step(by: number): void
  nth(index: number): void
  closeTab(): void
  size(by: number): void
  copy(): void
  paste(): Promise<void>
}

/**
 * Keys that programs in a terminal hardly use work everywhere; Ctrl+K and `?` only outside of terminals. By `code`, so
 * that they lie on the same place whatever the keyboard's layout makes of Alt.
 */
export function bindKeys(commands: Commands): void {
  const everywhere: Readonly<Record<string, () => void>> = {
    KeyA: () => commands.assets(),
    KeyK: () => commands.jump(),
    KeyF: () => commands.find(),
    KeyE: () => commands.files(),
    KeyH: () => commands.help(),
    KeyW: () => commands.closeTab(),
    ArrowRight: () => commands.step(1),
    ArrowLeft: () => commands.step(-1),
    Equal: () => commands.size(1),
    Minus: () => commands.size(-1),
  }
  const taken = (event: KeyboardEvent): (() => void) | undefined => {
    if (event.altKey && event.shiftKey && !event.ctrlKey) return everywhere[event.code]
    if (event.altKey && !event.ctrlKey && /^Digit[1-9]$/.test(event.code))
      return () => commands.nth(Number(event.code.slice(5)) - 1)
    if (event.ctrlKey && event.shiftKey && event.code === 'KeyC') return () => commands.copy()
    if (event.ctrlKey && event.shiftKey && event.code === 'KeyV') return () => void commands.paste()
    if (inTerminal(event)) return undefined
    if ((event.ctrlKey || event.metaKey) && event.code === 'KeyK') return () => commands.jump()
    return event.key === '?' && !(event.target instanceof HTMLInputElement)
      ? () => commands.help()
      : undefined
  }
  addEventListener(
    'keydown',
    (event) => {
      if (document.querySelector('dialog[open]')) return
      const act = taken(event)
      if (!act) return
      event.preventDefault()
      event.stopPropagation()
      act()
    },
    { capture: true },
  )
}

const inTerminal = ({ target }: Event): boolean =>
  target instanceof Element && target.closest('.xterm') !== null
