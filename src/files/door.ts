import type { Clock } from '../base/clock.ts'
import { isFault } from '../base/fault.ts'
import type { Target } from '../core/model.ts'
import type { DoorContext } from './door-context.ts'
import { known, PASSED, TREE_EXTENSIONS, treeLimits } from './door-extensions.ts'
import { DoorFlow } from './door-flow.ts'
import type { DoorEnding, DoorParts } from './door-parts.ts'
import { HandleRequests } from './handle-requests.ts'
import { HANDLE_LENGTH, Handles, type OpenFile } from './handles.ts'
import { endedFault, type Mounted } from './mount.ts'
import type { Operation } from './operation-log.ts'
import { parsePathRequest } from './path-request.ts'
import { PathRequests } from './path-requests.ts'
import { asFault, codeOf } from './refusals.ts'
import { SftpStatus } from './sftp/client.ts'
import { BadPacket, Cursor } from './sftp/cursor.ts'
import { hello, status } from './sftp/encode.ts'
import type { OnReply } from './sftp/packet-link.ts'
import { PacketReader } from './sftp/packet-reader.ts'
import { EXTENSION, PACKET, STATUS, VERSION } from './sftp/protocol.ts'
import type { View } from './view.ts'

const MOST_HANDLES = 1000
/** Sentences shown on one channel. */
const MOST_TOLD = 20

/**
 * An SFTP server for one client that is a proxy of packets: the head of each request is read, judged and rewritten
 * (path, handle, id), its payload goes on untouched, and answers come back the same way. Nothing is stored: whoever
 * does not read stops the other side, through to the asset's disk.
 */
export class SftpDoor implements DoorContext {
  readonly view: View
  readonly handles = new Handles(MOST_HANDLES)
  readonly clock: Clock
  readonly hideDots: boolean
  readonly forceRemove: boolean
  readonly #parts: DoorParts
  readonly #paths = new PathRequests(this)
  readonly #onHandles = new HandleRequests(this)
  readonly #told = new Set<string>()
  readonly #settled = new AbortController()
  #ending: DoorEnding = { kind: 'left' }
  #began = false
  readonly #flow: DoorFlow

  constructor(parts: DoorParts) {
    this.#parts = parts
    this.#flow = new DoorFlow(parts.ends.input, () => this.#settle())
    this.clock = parts.clock
    this.view = parts.view((mounted) => this.#onOpen(mounted))
    this.hideDots = !parts.options.showHidden && this.view.only === undefined
    this.forceRemove = parts.options.forceRemove
  }

  /** Serves the client to its end, or until `stop` fires. Everything that was open is closed and recorded then. */
  async run(stop: AbortSignal): Promise<DoorEnding> {
    const { input, output, gone } = this.#parts.ends
    const reader = new PacketReader((bytes) => this.#onPacket(bytes))
    const onData = (chunk: Buffer): void => {
      try {
        reader.push(chunk)
      } catch (error) {
        this.#end(asFault(error))
      }
    }
    const onEnd = (): void => this.#flow.ended()
    const onDrain = (): void => this.#drained()
    input.on('data', onData).once('end', onEnd)
    output.on('drain', onDrain)
    await firstAbort(gone, stop, this.#settled.signal)
    this.#settle()
    input.off('data', onData).off('end', onEnd)
    output.off('drain', onDrain)
    this.#close()
    return this.#ending
  }

  /** Whoever writes a file through code knows that it did not become what it should. `handle` is the client's. */
  fail(handle: Buffer, reason: string): void {
    const file = handle.length === HANDLE_LENGTH ? this.handles.get(handle.readUInt32BE()) : undefined
    if (file && file.kind !== 'names') file.transfer?.failed(reason)
  }

  reply(bytes: Buffer): void {
    this.#flow.answered()
    if (this.#settled.signal.aborted) return
    if (!this.#parts.ends.output.write(bytes) && !this.#flow.outputFull) {
      this.#flow.outputFull = true
      for (const { mounted } of this.view.mounts) mounted?.link.hold()
    }
    this.#flow.look()
  }

  pass(id: number, reply: Buffer | undefined): void {
    if (!reply) {
      this.reply(status(id, STATUS.failure, 'The connection to the asset was lost'))
      return
    }
    reply.writeUInt32BE(id, 5)
    this.reply(reply)
  }

  refuse(id: number, error: unknown): void {
    const { log } = this.#parts
    if (error instanceof SftpStatus) {
      this.reply(status(id, error.code, error.message))
      return
    }
    if (isFault(error)) log.info({ err: error }, 'a request on files was refused')
    else if (!this.#settled.signal.aborted) log.error({ err: error }, 'a request on files failed')
    this.#tell(error)
    this.reply(status(id, codeOf(error), this.#parts.ends.say(error)))
    if (this.view.only?.over) this.#end(error)
  }

  send(mounted: Mounted, bytes: Buffer, onReply: OnReply): void {
    if (!mounted.link.send(bytes, onReply)) this.#flow.full(mounted, true)
  }

  record(target: Target | undefined, operation: Operation, mounted?: Mounted): void {
    this.#parts.operations.add(target, operation, mounted?.session)
  }

  finish(file: OpenFile): void {
    file.hold[Symbol.dispose]()
    if (file.transfer) this.record(file.mount.target, file.transfer.operation(), file.mounted)
  }

  #onPacket(bytes: Buffer): void {
    if (this.#settled.signal.aborted) return
    this.#flow.asked()
    if (!this.#began) this.#hello(bytes)
    else this.#request(bytes)
    this.#flow.look()
  }

  #request(bytes: Buffer): void {
    const onHandle = this.#onHandles.parse(bytes)
    if (onHandle) {
      const { handle } = onHandle
      const lane = handle && handle.kind !== 'names' ? handle.mount.lane : undefined
      if (lane?.busy)
        lane.run(
          this.#later(bytes, () =>
            this.#guard(() => this.#onHandles.run(this.#onHandles.parse(bytes) ?? onHandle)),
          ),
        )
      else this.#onHandles.run(onHandle)
      return
    }
    const request = parsePathRequest(bytes)
    if (!request) {
      this.#other(bytes)
      return
    }
    const lane = this.#paths.mountOf(request)?.lane
    if (lane) lane.run(this.#later(bytes, () => this.#paths.run(request)))
    else void this.#paths.run(request)
  }

  /** Counts the bytes of a request while it waits for its turn. */
  #later(bytes: Buffer, task: () => Promise<void> | undefined): () => Promise<void> | undefined {
    this.#flow.hold(bytes.length)
    return () => {
      this.#flow.hold(-bytes.length)
      const done = this.#settled.signal.aborted ? undefined : task()
      this.#flow.look()
      return done
    }
  }

  #guard(act: () => void): undefined {
    try {
      act()
    } catch (error) {
      this.#end(asFault(error))
    }
  }

  /** Requests without path and handle: the asset's affair where there is one, ours in the tree. */
  #other(bytes: Buffer): void {
    const id = bytes.readUInt32BE(5)
    const name = bytes[4] === PACKET.extended ? new Cursor(bytes, 9).string().toString('latin1') : ''
    const only = this.view.only
    if (only && PASSED.has(name)) {
      only.lane.run(this.#later(bytes, () => this.#toOnly(id, bytes)))
    } else if (name === EXTENSION.limits) this.reply(treeLimits(id, MOST_HANDLES))
    else this.reply(status(id, STATUS.unsupported))
  }

  async #toOnly(id: number, bytes: Buffer): Promise<void> {
    try {
      const mounted = await this.view.only?.open()
      if (mounted) this.send(mounted, bytes, (reply) => this.pass(id, reply))
    } catch (error) {
      this.refuse(id, error)
    }
  }

  /** On a direct login the asset's own extensions are announced, so it is connected first. */
  #hello(bytes: Buffer): void {
    if (bytes[4] !== PACKET.init) throw new BadPacket('the client did not begin with its version')
    this.#began = true
    this.#flow.answered()
    const { only } = this.view
    const ready = only ? only.open() : this.view.refresh()
    const answer = async (): Promise<void> => {
      try {
        const mounted = await ready
        const extensions = mounted ? mounted.link.extensions : TREE_EXTENSIONS
        this.#parts.ends.output.write(hello(PACKET.version, VERSION, known(extensions)))
      } catch (error) {
        this.#end(error)
      }
    }
    if (only) only.lane.run(answer)
    else void answer()
  }

  #onOpen(mounted: Mounted): void {
    const { link } = mounted
    if (this.#flow.outputFull) link.hold()
    link.onDrain(() => {
      this.#flow.full(mounted, false)
      this.#flow.look()
    })
    link.gone.addEventListener('abort', () => this.#onGone(mounted), { once: true })
  }

  /** Files that were open are recorded now, while their session's record is still open. */
  #onGone(mounted: Mounted): void {
    this.#flow.full(mounted, false)
    for (const file of this.handles.takeAll(mounted)) {
      file.transfer?.failed('the connection was lost')
      this.finish(file)
    }
    const { only } = this.view
    if (only?.over && !this.#settled.signal.aborted) this.#end(endedFault(only.target, only.over))
    else this.#flow.look()
  }

  #drained(): void {
    this.#flow.outputFull = false
    for (const { mounted } of this.view.mounts) mounted?.link.release()
    this.#flow.look()
  }

  #tell(error: unknown): void {
    const key = isFault(error) ? `${error.code} ${JSON.stringify(error.facts)}` : ''
    if (this.#told.has(key) || this.#told.size >= MOST_TOLD) return
    this.#told.add(key)
    this.#parts.ends.tell(this.#parts.ends.say(error))
  }

  #end(error: unknown): void {
    if (this.#settled.signal.aborted) return
    this.#tell(error)
    this.#ending = { kind: 'failed', error }
    this.#settle()
  }

  #settle(): void {
    this.#flow.stop()
    this.#settled.abort()
  }

  #close(): void {
    for (const file of this.handles.takeAll()) {
      file.transfer?.failed('the client left before it closed the file')
      this.finish(file)
    }
    for (const mount of this.view.mounts) mount.close()
  }
}

function firstAbort(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const stop = new AbortController()
    const done = (): void => {
      stop.abort()
      resolve()
    }
    for (const signal of signals) {
      if (signal.aborted) done()
      else signal.addEventListener('abort', done, { once: true, signal: stop.signal })
    }
  })
}
