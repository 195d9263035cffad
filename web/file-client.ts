import { text } from './texts.ts'

/** A file or directory, as the connector (elFinder's API 2.1) tells it. */
export interface FileEntry {
  readonly name: string
  readonly hash: string
  readonly phash?: string
  readonly ts: number
  readonly size: number
  readonly mime: string
  readonly locked: number
  readonly read: number
  readonly write: number
}

interface Reply {
  readonly error?: readonly string[]
  readonly warning?: readonly string[]
  readonly cwd?: FileEntry
  readonly files?: readonly FileEntry[]
  readonly tree?: readonly FileEntry[]
  readonly added?: readonly FileEntry[]
  readonly list?: readonly string[]
  readonly hashes?: Readonly<Record<string, string>>
  readonly zipdl?: { readonly file: string; readonly name: string; readonly mime: string }
  readonly _chunkmerged?: string
}

/** A directory with the way to it from the page's root. */
export interface Directory {
  readonly cwd: FileEntry
  readonly entries: readonly FileEntry[]
  readonly way: readonly FileEntry[]
  readonly warning: string | undefined
}

/** What the bastion says of a failure: a sentence for the person. */
export class FileTrouble extends Error {}

export interface FileClientParts {
  /** `…/connector/`. */
  readonly connector: string
  /** Asset id, or `_` for all. */
  readonly asset: string
  readonly account?: string
  readonly csrf: string
}

/** The connector takes no larger piece. */
const PIECE = 4 * 2 ** 20

/** One file manager's way to the bastion. */
export class FileClient {
  readonly #parts: FileClientParts
  readonly #sid = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join(
    '-',
  )

  constructor(parts: FileClientParts) {
    this.#parts = parts
  }

  /** `target` undefined: where this file manager begins. */
  async open(target: string | undefined): Promise<Directory> {
    const first = target === undefined
    const wish = { cmd: 'open', target: target ?? '', tree: '1', ...(first && { init: '1' }) }
    const reply = await this.#ask(Object.entries(wish))
    const { cwd, files = [], warning } = reply
    if (!cwd) throw new FileTrouble(text('away'))
    const byHash = new Map(files.map((entry) => [entry.hash, entry]))
    const way: FileEntry[] = []
    for (let at: FileEntry | undefined = cwd; at; at = byHash.get(at.phash ?? '')) way.unshift(at)
    const entries = files.filter(({ phash }) => phash === cwd.hash)
    return { cwd, entries, way, warning: warning?.[0] }
  }

  /** Which of these names are in the directory. */
  async existing(directory: string, names: readonly string[]): Promise<readonly string[]> {
    if (names.length === 0) return []
    const pairs = names.map((name): [string, string] => ['intersect[]', name])
    return (await this.#ask([['cmd', 'ls'], ['target', directory], ...pairs])).list ?? []
  }

  async makeDirectory(directory: string, name: string): Promise<void> {
    await this.#ask(Object.entries({ cmd: 'mkdir', target: directory, name }))
  }

  async rename(target: string, name: string): Promise<void> {
    await this.#ask(Object.entries({ cmd: 'rename', target, name }))
  }

  async remove(targets: readonly string[]): Promise<void> {
    await this.#ask([['cmd', 'rm'], ...targets.map((target): [string, string] => ['targets[]', target])])
  }

  /** The address of a file's content. */
  fileAddress(target: string): string {
    return this.#address([...Object.entries({ cmd: 'file', target, download: '1' }), ...this.#common(false)])
  }

  /** The address of a zip of all this; good for once. */
  async zipAddress(targets: readonly string[]): Promise<string> {
    const wanted = targets.map((target): [string, string] => ['targets[]', target])
    const { zipdl } = await this.#ask([['cmd', 'zipdl'], ...wanted])
    if (!zipdl) throw new FileTrouble(text('away'))
    const word = [targets[0] ?? '', zipdl.file, zipdl.name, zipdl.mime]
    const named = word.map((each): [string, string] => ['targets[]', each])
    return this.#address([['cmd', 'zipdl'], ['download', '1'], ...named, ...this.#common(false)])
  }

  /**
   * Uploads one file, in pieces where it is large. `folder`: letters below the directory, such as `/photos/2024`.
   * `onProgress` hears of bytes that have left the browser.
   */
  async upload(
    file: File,
    { directory, folder }: { directory: string; folder: string },
    onProgress: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const common: Array<[string, string]> = [
      ['cmd', 'upload'],
      ['target', directory],
      ...(folder ? ([['upload_path[]', folder]] as Array<[string, string]>) : []),
      ...this.#common(true),
    ]
    if (file.size <= PIECE) {
      await this.#send([...common, ['upload[]', file]], onProgress, signal)
      return
    }
    const cid = String(Math.floor(Math.random() * 1e9)).padStart(9, '0')
    try {
      await this.#pieces(file, [...common, ['cid', cid]], onProgress, signal)
    } catch (error) {
      const gone: Array<[string, string]> = [...common, ['cid', cid], ['upload[]', 'chunkfail']]
      await this.#send(gone, () => undefined, new AbortController().signal).catch(() => undefined)
      throw error
    }
  }

  async #pieces(
    file: File,
    common: ReadonlyArray<readonly [string, string]>,
    onProgress: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const last = Math.ceil(file.size / PIECE) - 1
    let word = ''
    for (let index = 0; index <= last; index++) {
      const start = index * PIECE
      const piece = file.slice(start, start + PIECE)
      const reply = await this.#send(
        [
          ...common,
          ['chunk', `${file.name}.${index}_${last}.part`],
          ['range', `${start},${piece.size},${file.size}`],
          ['upload[]', piece],
        ],
        (bytes) => onProgress(start + bytes),
        signal,
      )
      word = reply._chunkmerged ?? word
    }
    await this.#send([...common, ['chunk', word], ['upload[]', file.name]], () => undefined, signal)
  }

  /** fetch tells nothing of how far an upload is. */
  #send(
    fields: ReadonlyArray<readonly [string, string | Blob]>,
    onProgress: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<Reply> {
    const form = new FormData()
    for (const [name, value] of fields) form.append(name, value)
    const request = new XMLHttpRequest()
    return new Promise((resolve, reject) => {
      const abort = (): void => request.abort()
      signal.addEventListener('abort', abort, { once: true })
      request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded))
      request.addEventListener('loadend', () => {
        signal.removeEventListener('abort', abort)
        if (signal.aborted) reject(signal.reason)
        else settle(request, resolve, reject)
      })
      request.open('POST', this.#address([]))
      if (signal.aborted) return reject(signal.reason)
      request.send(form)
    })
  }

  async #ask(query: ReadonlyArray<readonly [string, string]>): Promise<Reply> {
    const body = new URLSearchParams([...query, ...this.#common(true)].map(([name, value]) => [name, value]))
    let response: Response
    try {
      // By POST: many names are too long for an address.
      response = await fetch(this.#address([]), { method: 'POST', body })
    } catch {
      throw new FileTrouble(text('away'))
    }
    const reply = parsed(await response.text())
    if (!reply || reply.error) throw new FileTrouble(reply?.error?.join(' ') ?? text('away'))
    return reply
  }

  /** What every request has; downloads by address have no token in them. */
  #common(token: boolean): Array<[string, string]> {
    const { account, csrf } = this.#parts
    return [
      ['sid', this.#sid],
      ...(account ? ([['account', account]] as Array<[string, string]>) : []),
      ...(token ? ([['csrf', csrf]] as Array<[string, string]>) : []),
    ]
  }

  #address(query: ReadonlyArray<readonly [string, string]>): string {
    const { connector, asset } = this.#parts
    const params = new URLSearchParams(query.map(([name, value]) => [name, value])).toString()
    return `${connector}/${asset}/${params ? `?${params}` : ''}`
  }
}

function settle(
  request: XMLHttpRequest,
  resolve: (reply: Reply) => void,
  reject: (error: Error) => void,
): void {
  const reply = parsed(request.responseText)
  if (request.status === 413) reject(new FileTrouble(text('proxyLimit')))
  else if (!reply || reply.error) reject(new FileTrouble(reply?.error?.join(' ') ?? text('away')))
  else resolve(reply)
}

/** The page and the bastion are of one build; only a proxy between them answers something else. */
function parsed(answer: string): Reply | undefined {
  try {
    const value: unknown = JSON.parse(answer)
    return isReply(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isReply = (value: unknown): value is Reply => typeof value === 'object' && value !== null
