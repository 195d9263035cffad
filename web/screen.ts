import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { Terminal } from '@xterm/xterm'
import { askToOpen } from './dialog.ts'
import { kept } from './dom.ts'
import { onTheme, terminalTheme } from './theme.ts'

const SIZES = { least: 9, most: 32, usual: 14 }

/** The size of text the person chose, for all tabs. */
let fontSize = Number(kept.get('fontSize')) || SIZES.usual
const screens = new Set<Screen>()

export function changeFontSize(by: number): void {
  fontSize = Math.max(SIZES.least, Math.min(SIZES.most, fontSize + by))
  kept.set('fontSize', String(fontSize))
  for (const screen of screens) screen.refit()
}

onTheme(() => {
  for (const { terminal } of screens) terminal.options.theme = terminalTheme()
})

/** A terminal in the page: xterm.js with what belongs to it. */
export class Screen {
  readonly terminal: Terminal
  readonly search = new SearchAddon()
  readonly #fit = new FitAddon()
  readonly #place: HTMLElement

  constructor(place: HTMLElement) {
    this.#place = place
    this.terminal = new Terminal({
      allowProposedApi: true,
      fontFamily:
        'ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace',
      fontSize,
      scrollback: 5000,
      theme: terminalTheme(),
      minimumContrastRatio: 4.5,
      rightClickSelectsWord: false,
      linkHandler: { activate: (_event, address) => askToOpen(address) },
    })
    this.terminal.loadAddon(new Unicode11Addon())
    this.terminal.unicode.activeVersion = '11'
    this.terminal.loadAddon(this.#fit)
    this.terminal.loadAddon(this.search)
    this.terminal.loadAddon(new WebLinksAddon((_event, address) => askToOpen(address)))
    this.terminal.open(place)
    void this.#draw()
    screens.add(this)
    new ResizeObserver(() => this.refit()).observe(place)
    this.refit()
  }

  get size(): { columns: number; rows: number } {
    return { columns: this.terminal.cols, rows: this.terminal.rows }
  }

  /** A hidden tab has no size; it is measured when it is shown. */
  refit(): void {
    this.terminal.options.fontSize = fontSize
    if (this.#place.clientWidth > 0) this.#fit.fit()
  }

  dispose(): void {
    screens.delete(this)
    this.terminal.dispose()
  }

  /** By the graphics processor where there is one; what it cannot do, the page's own elements do. */
  async #draw(): Promise<void> {
    try {
      const { WebglAddon } = await import('@xterm/addon-webgl')
      const webgl = new WebglAddon()
      webgl.onContextLoss(() => webgl.dispose())
      this.terminal.loadAddon(webgl)
    } catch {
      // The DOM renderer is there already.
    }
  }
}
