import serialize from '@xterm/addon-serialize'
import unicode11 from '@xterm/addon-unicode11'
import headless from '@xterm/headless'
import { type Size, saneSize } from '../terminal/terminal.ts'

/** Lines that have scrolled out and are still there after a reload. */
const SCROLLBACK = 1000

/** What a browser's terminal shows, kept here for the page that is loaded anew. */
export class ScreenCopy implements Disposable {
  readonly #terminal: InstanceType<typeof headless.Terminal>
  readonly #serialize = new serialize.SerializeAddon()
  #position = 0

  constructor(size: Size) {
    const { columns, rows } = saneSize(size.columns, size.rows)
    this.#terminal = new headless.Terminal({
      cols: columns,
      rows,
      scrollback: SCROLLBACK,
      allowProposedApi: true,
      logLevel: 'off',
    })
    this.#terminal.loadAddon(new unicode11.Unicode11Addon())
    this.#terminal.unicode.activeVersion = '11'
    this.#terminal.loadAddon(this.#serialize)
  }

  /** Resolves when it is drawn. Pieces are small so that no other session waits for this one's drawing. */
  write(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.#terminal.write(bytes, () => {
        this.#position += bytes.length
        resolve()
      })
    })
  }

  resize(size: Size): void {
    const { columns, rows } = saneSize(size.columns, size.rows)
    this.#terminal.resize(columns, rows)
  }

  /** What draws this screen, with its scrollback and modes, on an empty one, and its place in the stream. */
  snapshot(): Promise<{ readonly screen: string; readonly position: number }> {
    return new Promise((resolve) => {
      this.#terminal.write('', () => {
        resolve({ screen: this.#serialize.serialize(), position: this.#position })
      })
    })
  }

  [Symbol.dispose](): void {
    this.#terminal.dispose()
  }
}
