import { type BytePath, joined, pathOf, unslashed, wireOf } from '../byte-path.ts'
import { type Attributes, decodeAttributes, encodeAttributes, isDirectory } from './attributes.ts'
import { BadPacket, Cursor } from './cursor.ts'
import { type NameEntry, packet, string, u32, u64 } from './encode.ts'
import type { PacketLink } from './packet-link.ts'
import { BODY, EXTENSION, OPEN, PACKET, STATUS, statusText } from './protocol.ts'

/** A server's no, with its code. */
export class SftpStatus extends Error {
  override readonly name = 'SftpStatus'
  readonly code: number

  constructor(code: number, text: string) {
    super(text)
    this.code = code
  }
}

export const isStatus = (error: unknown, code: number): boolean =>
  error instanceof SftpStatus && error.code === code

/** A name in a directory. */
export interface FileEntry {
  readonly name: BytePath
  readonly attributes: Attributes
}

/** Directories within directories that `removeTree` follows; deeper ones are not made by people. */
const DEEPEST = 256

/** An SFTP server in words of files. Every call throws SftpStatus when the server says no, or is gone. */
export class SftpClient {
  readonly link: PacketLink

  constructor(link: PacketLink) {
    this.link = link
  }

  async realpath(path: BytePath): Promise<BytePath> {
    const reply = await this.request(PACKET.realpath, string(wireOf(path)))
    const { cursor } = expect(reply, PACKET.name)
    if (cursor.u32() < 1) throw new BadPacket('REALPATH was answered without a path')
    return pathOf(cursor.string())
  }

  stat(path: BytePath): Promise<Attributes> {
    return this.#attributes(PACKET.stat, path)
  }

  /** Of a link itself. */
  lstat(path: BytePath): Promise<Attributes> {
    return this.#attributes(PACKET.lstat, path)
  }

  /** The names in a directory without `.` and `..`, a page at a time. */
  async *list(path: BytePath): AsyncGenerator<readonly FileEntry[]> {
    const handle = await this.#handle(PACKET.opendir, string(wireOf(path)))
    try {
      for (;;) {
        const reply = await this.request(PACKET.readdir, string(handle))
        if (reply[4] === PACKET.status && new Cursor(reply, BODY).u32() === STATUS.eof) return
        const entries = readNames(reply).map(({ name, attrs }) => ({
          name: pathOf(name),
          attributes: decodeAttributes(new Cursor(attrs)),
        }))
        yield entries.filter(({ name }) => name !== '.' && name !== '..')
      }
    } finally {
      await this.close(handle)
    }
  }

  /** `flags` of OPEN; the mode of a file that is made is the server's affair. */
  open(path: BytePath, flags: number): Promise<Buffer> {
    return this.#handle(PACKET.open, string(wireOf(path)), u32(flags), encodeAttributes({}))
  }

  /** Undefined at the end of the file. May give less than was asked for. */
  async read(handle: Buffer, offset: number, length: number): Promise<Buffer | undefined> {
    const reply = await this.request(PACKET.read, string(handle), u64(offset), u32(length))
    if (reply[4] === PACKET.status && new Cursor(reply, BODY).u32() === STATUS.eof) return undefined
    return expect(reply, PACKET.data).cursor.string()
  }

  async write(handle: Buffer, offset: number, bytes: Buffer): Promise<void> {
    done(await this.request(PACKET.write, string(handle), u64(offset), string(bytes)))
  }

  async close(handle: Buffer): Promise<void> {
    done(await this.request(PACKET.close, string(handle)))
  }

  async mkdir(path: BytePath): Promise<void> {
    done(await this.request(PACKET.mkdir, string(wireOf(path)), encodeAttributes({})))
  }

  async rmdir(path: BytePath): Promise<void> {
    done(await this.request(PACKET.rmdir, string(wireOf(path))))
  }

  async remove(path: BytePath): Promise<void> {
    done(await this.request(PACKET.remove, string(wireOf(path))))
  }

  /** Replaces what is there where the server can (posix-rename). */
  async rename(from: BytePath, to: BytePath): Promise<void> {
    const paths = [string(wireOf(from)), string(wireOf(to))]
    const posix = this.link.extensions.has(EXTENSION.posixRename)
    const name = string(Buffer.from(EXTENSION.posixRename))
    done(
      await (posix ? this.request(PACKET.extended, name, ...paths) : this.request(PACKET.rename, ...paths)),
    )
  }

  async setAttributes(path: BytePath, attributes: Attributes): Promise<void> {
    done(await this.request(PACKET.setstat, string(wireOf(path)), encodeAttributes(attributes)))
  }

  /**
   * Removes a directory with all that is in it. Links are removed, not followed. `onRemoved` hears of each thing in
   * it, not of the directory itself. What READDIR says is not believed: some servers tell there what a link points to.
   */
  async removeTree(path: BytePath, onRemoved: (path: BytePath) => void, depth = 0): Promise<void> {
    if (depth > DEEPEST) throw new SftpStatus(STATUS.failure, 'the directories are too deep')
    const isReal = depth > 0 || isDirectory(await this.lstat(unslashed(path)))
    while (isReal) {
      const page = await firstPage(this.list(path))
      if (page.length === 0) break
      for (const { name, attributes } of page) {
        const inner = joined(path, name)
        const mayBe = attributes.mode === undefined || isDirectory(attributes)
        if (mayBe && isDirectory(await this.lstat(inner))) await this.removeTree(inner, onRemoved, depth + 1)
        else await this.remove(inner)
        onRemoved(inner)
      }
    }
    await this.rmdir(path)
  }

  /** One request and its answer, whatever it is. The answer is a whole packet. */
  request(type: number, ...parts: readonly Buffer[]): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.link.send(packet(type, 0, ...parts), (reply) => {
        if (reply) resolve(reply)
        else reject(new SftpStatus(STATUS.connectionLost, statusText(STATUS.connectionLost)))
      })
    })
  }

  async #attributes(type: number, path: BytePath): Promise<Attributes> {
    const reply = await this.request(type, string(wireOf(path)))
    return decodeAttributes(expect(reply, PACKET.attrs).cursor)
  }

  async #handle(type: number, ...parts: readonly Buffer[]): Promise<Buffer> {
    return Buffer.from(expect(await this.request(type, ...parts), PACKET.handle).cursor.string())
  }
}

/** Flags for a file that is written anew. */
export const REPLACE = OPEN.write | OPEN.create | OPEN.truncate

/** The names in an answer to READDIR, as views. */
export function readNames(reply: Buffer): readonly NameEntry[] {
  const { cursor } = expect(reply, PACKET.name)
  const entries: NameEntry[] = []
  for (let left = cursor.u32(); left > 0; left--) {
    const name = cursor.string()
    const long = cursor.string()
    const from = cursor.at
    decodeAttributes(cursor)
    entries.push({ name, long, attrs: reply.subarray(from, cursor.at) })
  }
  return entries
}

/** The code and text of a STATUS; undefined for another answer. One that is cut short is a failure: never throws. */
export function readStatus(reply: Buffer): { readonly code: number; readonly text: string } | undefined {
  if (reply[4] !== PACKET.status) return undefined
  try {
    const cursor = new Cursor(reply, BODY)
    const code = cursor.u32()
    const text = cursor.left >= 4 ? cursor.string().toString() : ''
    return { code, text: text || statusText(code) }
  } catch {
    return { code: STATUS.failure, text: 'the server gave an answer that cannot be read' }
  }
}

function expect(reply: Buffer, type: number): { readonly cursor: Cursor } {
  const status = readStatus(reply)
  if (status) throw new SftpStatus(status.code, status.text)
  if (reply[4] !== type) throw new BadPacket(`an answer of kind ${reply[4]} instead of ${type}`)
  return { cursor: new Cursor(reply, BODY) }
}

function done(reply: Buffer): void {
  const status = readStatus(reply)
  if (!status) throw new BadPacket(`an answer of kind ${reply[4]} instead of a status`)
  if (status.code !== STATUS.ok) throw new SftpStatus(status.code, status.text)
}

/** What is removed while a directory is read may be skipped by the server: read the first page, again and again. */
async function firstPage(pages: AsyncGenerator<readonly FileEntry[]>): Promise<readonly FileEntry[]> {
  for await (const page of pages) if (page.length > 0) return page
  return []
}
