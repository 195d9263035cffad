import { PACKET, statusText } from './protocol.ts'

export const u32 = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

export const u64 = (value: bigint | number): Buffer => {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}

/** A string as in RFC 4251 section 5. */
export const string = (bytes: Buffer): Buffer => Buffer.concat([u32(bytes.length), bytes])

/** A whole packet with its length, type and id. */
export function packet(type: number, id: number, ...parts: readonly Buffer[]): Buffer {
  let length = 5
  for (const part of parts) length += part.length
  const head = Buffer.allocUnsafe(9)
  head.writeUInt32BE(length)
  head.writeUInt8(type, 4)
  head.writeUInt32BE(id >>> 0, 5)
  return Buffer.concat([head, ...parts], length + 4)
}

/** INIT and VERSION: no id, but the version in its place. */
export const hello = (
  type: number,
  version: number,
  extensions: ReadonlyMap<string, Buffer> = new Map(),
): Buffer =>
  packet(
    type,
    version,
    ...[...extensions].flatMap(([name, data]) => [string(Buffer.from(name)), string(data)]),
  )

export const status = (id: number, code: number, text = statusText(code)): Buffer =>
  packet(PACKET.status, id, u32(code), string(Buffer.from(text)), string(Buffer.from('en')))

export const handleReply = (id: number, handle: Buffer): Buffer => packet(PACKET.handle, id, string(handle))

/** A name of a directory, or the one of a REALPATH; `attrs` as they are on the wire. */
export interface NameEntry {
  readonly name: Buffer
  /** The line `ls -l` would show. */
  readonly long: Buffer
  readonly attrs: Buffer
}

export const nameReply = (id: number, entries: readonly NameEntry[]): Buffer =>
  packet(
    PACKET.name,
    id,
    u32(entries.length),
    ...entries.flatMap(({ name, long, attrs }) => [string(name), string(long), attrs]),
  )

/** The answer to REALPATH and READLINK. */
export const pathReply = (id: number, path: Buffer): Buffer =>
  nameReply(id, [{ name: path, long: path, attrs: u32(0) }])
