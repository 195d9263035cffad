import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Request, Response } from 'express'

/** Made by `scripts/build-page.mjs`; found from src/ as well as from dist/. */
const PAGE_DIRECTORY = fileURLToPath(new URL('../../dist/page/', import.meta.url))

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

interface PageFile {
  readonly type: string
  readonly body: Buffer
  readonly brotli: Buffer | undefined
}

/** The files of our own page, in memory: few and small. Nothing is read from the disk by a name from outside. */
export class PageFiles {
  readonly #files: ReadonlyMap<string, PageFile>

  private constructor(files: ReadonlyMap<string, PageFile>) {
    this.#files = files
  }

  /** Empty where the page was not built. */
  static async read(directory = PAGE_DIRECTORY): Promise<PageFiles> {
    const files = new Map<string, PageFile>()
    const names = await readdir(directory).catch((): string[] => [])
    for (const name of names) {
      const type = TYPES[extname(name)]
      if (type === undefined) continue
      const brotli = names.includes(`${name}.br`) ? await readFile(join(directory, `${name}.br`)) : undefined
      files.set(name, { type, body: await readFile(join(directory, name)), brotli })
    }
    return new PageFiles(files)
  }

  /** The text of an HTML page, for its placeholders to be filled. */
  html(name: string): string | undefined {
    return this.#files.get(name)?.body.toString()
  }

  /** Answers with a file whose name carries a hash of what is in it. False: there is none. */
  send(name: string, request: Request, response: Response): boolean {
    const file = this.#files.get(name)
    if (!file || name.endsWith('.html')) return false
    response.setHeader('Content-Type', file.type)
    response.setHeader('Cache-Control', 'public, max-age=31536000, immutable')
    response.setHeader('Vary', 'Accept-Encoding')
    const compressed = file.brotli && request.acceptsEncodings('br') ? file.brotli : undefined
    if (compressed) response.setHeader('Content-Encoding', 'br')
    response.end(compressed ?? file.body)
    return true
  }
}
