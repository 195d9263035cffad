import { reasonOf } from '../base/fault.ts'
import { notGranted } from './demand.ts'
import type { DoorContext } from './door-context.ts'
import { HANDLE_LENGTH, type Handle, type OpenFile } from './handles.ts'
import type { Action } from './rights.ts'
import { decodeAttributes } from './sftp/attributes.ts'
import { readNames, readStatus } from './sftp/client.ts'
import { BadPacket, Cursor } from './sftp/cursor.ts'
import { nameReply, packet, status, string, u32 } from './sftp/encode.ts'
import { BODY, EXTENSION, PACKET, STATUS } from './sftp/protocol.ts'
import { virtualEntry } from './virtual.ts'

/** Where the fields behind our handles begin. */
const BEHIND_HANDLE = BODY + 4 + HANDLE_LENGTH
/** Names in one answer to READDIR of a directory of the tree. */
const PAGE = 100

const HANDLE_EXTENSIONS: ReadonlySet<string> = new Set([
  EXTENSION.fsync,
  EXTENSION.fstatvfs,
  EXTENSION.copyData,
])

/** The handle a request begins with, and where it stands in the packet. */
export interface OnHandle {
  readonly packet: Buffer
  readonly type: number
  readonly id: number
  /** Of an extended request. */
  readonly extension: string | undefined
  readonly key: number
  /** Undefined: it was never opened, or is closed. */
  readonly handle: Handle | undefined
  /** Of the handle's length field. */
  readonly at: number
}

const ON_HANDLE: ReadonlySet<number> = new Set([
  PACKET.close,
  PACKET.read,
  PACKET.write,
  PACKET.fstat,
  PACKET.fsetstat,
  PACKET.readdir,
])

/** Carries out requests on what is open. They go out in the order they come, without waiting for anything. */
export class HandleRequests {
  readonly #door: DoorContext

  constructor(door: DoorContext) {
    this.#door = door
  }

  /** Undefined when the request is of another kind. Throws BadPacket. */
  parse(packet: Buffer): OnHandle | undefined {
    const type = packet[4] ?? 0
    const cursor = new Cursor(packet, BODY)
    const extension = type === PACKET.extended ? cursor.string().toString('latin1') : undefined
    if (extension === undefined ? !ON_HANDLE.has(type) : !HANDLE_EXTENSIONS.has(extension)) return undefined
    const at = cursor.at
    const bytes = cursor.string()
    const key = bytes.length === HANDLE_LENGTH ? bytes.readUInt32BE() : -1
    const id = packet.readUInt32BE(5)
    return { packet, type, id, extension, key, handle: this.#door.handles.get(key), at }
  }

  run(on: OnHandle): void {
    const { handle } = on
    try {
      if (!handle) this.#door.reply(status(on.id, STATUS.failure, 'This handle is not open'))
      else if (handle.kind === 'names') this.#names(on, handle)
      else this.#onAsset(on, handle)
    } catch (error) {
      if (error instanceof BadPacket) throw error
      this.#door.refuse(on.id, error)
    }
  }

  #names({ type, id, key }: OnHandle, handle: Handle & { kind: 'names' }): void {
    const { handles } = this.#door
    if (type === PACKET.readdir) {
      const page = handle.names.slice(handle.at, handle.at + PAGE)
      handle.at += page.length
      this.#door.reply(page.length ? nameReply(id, page.map(virtualEntry)) : status(id, STATUS.eof))
      return
    }
    if (type === PACKET.close) handles.delete(key)
    this.#door.reply(status(id, type === PACKET.close ? STATUS.ok : STATUS.failure))
  }

  #onAsset(on: OnHandle, file: OpenFile): void {
    file.mounted.session.touch()
    switch (on.type) {
      case PACKET.read:
        this.#read(on, file)
        return
      case PACKET.write:
        this.#write(on, file)
        return
      case PACKET.close:
        this.#close(on, file)
        return
      case PACKET.readdir:
        this.#readdir(on, file)
        return
      case PACKET.fstat:
        this.#send(on, file, (reply) => this.#fstat(on, file, reply))
        return
      case PACKET.fsetstat:
        this.#setstat(on, file)
        return
      default:
        this.#extended(on, file)
        return
    }
  }

  /** The grant may have been withdrawn since the file was opened. */
  #insist(action: Action, { mounted, path, transfer }: OpenFile): void {
    const { grants, target, account } = mounted.session
    if (grants.has(action)) return
    const fault = notGranted(action, { target, account, path })
    transfer?.failed(fault.message)
    throw fault
  }

  #read(on: OnHandle, file: OpenFile): void {
    this.#insist('download_file', file)
    const offset = Number(on.packet.readBigUInt64BE(behind(on, 12)))
    this.#send(on, file, (reply) => {
      if (reply?.[4] === PACKET.data) file.transfer?.received(offset, reply.subarray(BODY + 4))
      else this.#readFailed(file, offset, reply)
      this.#door.pass(on.id, reply)
    })
  }

  #readFailed({ transfer }: OpenFile, offset: number, reply: Buffer | undefined): void {
    const answer = reply && readStatus(reply)
    if (answer?.code === STATUS.eof) transfer?.ends(offset)
    else transfer?.failed(answer?.text ?? 'the connection was lost')
  }

  #write(on: OnHandle, file: OpenFile): void {
    this.#insist('upload_file', file)
    const offset = Number(on.packet.readBigUInt64BE(behind(on, 12)))
    const data = on.packet.subarray(BEHIND_HANDLE + 12)
    if (on.packet.readUInt32BE(BEHIND_HANDLE + 8) !== data.length)
      throw new BadPacket('WRITE has another length')
    file.transfer?.sending(offset, data)
    this.#send(on, file, (reply) => {
      const answer = reply && readStatus(reply)
      if (answer?.code !== STATUS.ok) file.transfer?.failed(answer?.text ?? 'the connection was lost')
      this.#door.pass(on.id, reply)
    })
  }

  /** Where it is not known whether all of a file was read, the asset is asked first, under the same handle. */
  #close(on: OnHandle, file: OpenFile): void {
    const { transfer, mounted, handle } = file
    if (transfer?.wantsSize) {
      mounted.link.send(packet(PACKET.fstat, 0, string(handle)), (reply) => noteSize(file, reply))
    }
    this.#door.handles.delete(on.key)
    this.#send(on, file, (reply) => {
      const answer = reply && readStatus(reply)
      if (answer?.code !== STATUS.ok) transfer?.failed(answer?.text ?? 'the connection was lost')
      this.#door.finish(file)
      this.#door.pass(on.id, reply)
    })
  }

  #fstat(on: OnHandle, file: OpenFile, reply: Buffer | undefined): void {
    noteSize(file, reply)
    this.#door.pass(on.id, reply)
  }

  #setstat(on: OnHandle, file: OpenFile): void {
    const { mount, mounted, path, transfer } = file
    const began = this.#door.clock.monotonic()
    const record = (reason: string | undefined): void => {
      const operation = { operate: 'Setstat', path, success: reason === undefined, reason, began } as const
      this.#door.record(mount.target, operation, mounted)
    }
    try {
      this.#insist('upload_file', file)
    } catch (error) {
      record(reasonOf(error))
      throw error
    }
    const { size } = decodeAttributes(new Cursor(on.packet, BEHIND_HANDLE))
    if (size !== undefined) transfer?.changedElsewhere()
    this.#send(on, file, (reply) => {
      const answer = reply && readStatus(reply)
      record(answer?.code === STATUS.ok ? undefined : (answer?.text ?? 'the connection was lost'))
      this.#door.pass(on.id, reply)
    })
  }

  /** A page in which every name is hidden would look like the end: the next one is asked for. */
  #readdir(on: OnHandle, file: OpenFile): void {
    const { hideDots } = this.#door
    this.#send(on, file, (reply) => {
      if (!hideDots || reply?.[4] !== PACKET.name) return this.#door.pass(on.id, reply)
      const entries = readNames(reply)
      const shown = entries.filter(
        ({ name }) => name[0] !== DOT || (name.length <= 2 && name.every((byte) => byte === DOT)),
      )
      if (shown.length > 0 || entries.length === 0) this.#door.reply(nameReply(on.id, shown))
      else this.#readdir({ ...on, packet: packet(PACKET.readdir, on.id, string(u32(on.key))) }, file)
    })
  }

  #extended(on: OnHandle, file: OpenFile): void {
    if (on.extension === EXTENSION.copyData) this.#copy(on, file)
    else this.#send(on, file, (reply) => this.#door.pass(on.id, reply))
  }

  /** copy-data: from the handle, offset and length at its beginning to another handle and offset. */
  #copy(on: OnHandle, from: OpenFile): void {
    const cursor = new Cursor(on.packet, on.at)
    cursor.string()
    const range = cursor.at
    cursor.u64()
    cursor.u64()
    const between = on.packet.subarray(range, cursor.at)
    const key = cursor.string()
    const to = this.#door.handles.get(key.length === HANDLE_LENGTH ? key.readUInt32BE() : -1)
    if (to?.kind !== 'file' || to.mounted !== from.mounted) {
      this.#door.reply(status(on.id, STATUS.failure, 'Both files have to be open on one asset'))
      return
    }
    this.#insist('download_file', from)
    this.#insist('upload_file', to)
    to.transfer?.changedElsewhere()
    const name = string(Buffer.from(EXTENSION.copyData))
    const body = [name, string(from.handle), between, string(to.handle), cursor.rest()]
    this.#door.send(from.mounted, packet(PACKET.extended, on.id, ...body), (reply) =>
      this.#door.pass(on.id, reply),
    )
  }

  #send(on: OnHandle, { mounted, handle }: OpenFile, onReply: (reply: Buffer | undefined) => void): void {
    this.#door.send(mounted, exchanged(on, handle), onReply)
  }
}

const DOT = 0x2e

/** Where fields of READ and WRITE stand; `need` bytes have to be there. */
function behind({ packet }: OnHandle, need: number): number {
  if (packet.length < BEHIND_HANDLE + need) throw new BadPacket('a packet ends within a field')
  return BEHIND_HANDLE
}

/** The packet with the asset's handle in place of ours; where both are as long, nothing is copied. */
function exchanged({ packet: from, at }: OnHandle, handle: Buffer): Buffer {
  if (handle.length === HANDLE_LENGTH) {
    handle.copy(from, at + 4)
    return from
  }
  const head = from.subarray(0, at)
  const to = Buffer.concat([head, string(handle), from.subarray(at + 4 + HANDLE_LENGTH)])
  to.writeUInt32BE(to.length - 4)
  return to
}

function noteSize({ transfer }: OpenFile, reply: Buffer | undefined): void {
  if (reply?.[4] !== PACKET.attrs) return
  const { size } = decodeAttributes(new Cursor(reply, BODY))
  if (size !== undefined) transfer?.ends(Number(size))
}
