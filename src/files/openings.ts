import { reasonOf } from '../base/fault.ts'
import type { BytePath } from './byte-path.ts'
import { confine } from './confine.ts'
import type { DoorContext } from './door-context.ts'
import type { Mounted } from './mount.ts'
import { readStatus } from './sftp/client.ts'
import { Cursor } from './sftp/cursor.ts'
import { handleReply } from './sftp/encode.ts'
import { BODY, PACKET } from './sftp/protocol.ts'
import { packetFor, type ToAsset } from './to-asset.ts'
import { Transfer } from './transfer.ts'

/** Opens files and directories that were judged, and gives the client a handle of our own. */
export class Openings {
  readonly #door: DoorContext

  constructor(door: DoorContext) {
    this.#door = door
  }

  send(asked: ToAsset, mounted: Mounted): void {
    const { request, mount } = asked
    const [path = ''] = asked.paths
    const { handles, clock } = this.#door
    handles.reserve()
    const flags = request.type === PACKET.open ? new Cursor(request.tail).u32() : undefined
    const transfer = flags === undefined ? undefined : new Transfer(path, flags, clock)
    this.#door.send(mounted, packetFor(asked, mounted), (reply) => {
      if (reply?.[4] === PACKET.handle) {
        void this.#opened({ asked, mounted, path, transfer }, Buffer.from(new Cursor(reply, BODY).string()))
        return
      }
      handles.release()
      if (transfer) {
        transfer.failed((reply && readStatus(reply)?.text) ?? 'the connection was lost')
        this.#door.record(mount.target, transfer.operation(), mounted)
      }
      this.#door.pass(request.id, reply)
    })
  }

  /** Where a root confines, it is looked again: a link may have been turned between the first look and the opening. */
  async #opened(
    {
      asked: { request, mount },
      mounted,
      path,
      transfer,
    }: { asked: ToAsset; mounted: Mounted; path: BytePath; transfer: Transfer | undefined },
    handle: Buffer,
  ): Promise<void> {
    const { handles } = this.#door
    try {
      await confine(path, mount, { mounted, follow: true })
    } catch (error) {
      handles.release()
      mounted.client.close(handle).catch(() => undefined)
      transfer?.failed(reasonOf(error))
      if (transfer) this.#door.record(mount.target, transfer.operation(), mounted)
      return this.#door.refuse(request.id, error)
    }
    const kind = transfer ? 'file' : 'directory'
    const hold = mounted.session.hold()
    const given = handles.add({ kind, mount, mounted, path, handle, transfer, hold })
    this.#door.reply(handleReply(request.id, given))
  }
}
