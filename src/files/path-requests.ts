import { reasonOf } from '../base/fault.ts'
import type { FileOperation } from '../core/model.ts'
import { type BytePath, isUnsafe, MOST_PATH, normalised, wireOf } from './byte-path.ts'
import { confine, outside } from './confine.ts'
import { demand } from './demand.ts'
import type { DoorContext } from './door-context.ts'
import type { Mount, Mounted } from './mount.ts'
import { Openings } from './openings.ts'
import { badPath, treeIsFixed, twoAssets } from './path-faults.ts'
import type { PathRequest } from './path-request.ts'
import { type Action, rightsToOpen } from './rights.ts'
import { encodeAttributes } from './sftp/attributes.ts'
import { readStatus, SftpStatus } from './sftp/client.ts'
import { Cursor } from './sftp/cursor.ts'
import { handleReply, packet, pathReply, status } from './sftp/encode.ts'
import { BODY, EXTENSION, PACKET, STATUS, statusText } from './sftp/protocol.ts'
import { packetFor, type ToAsset } from './to-asset.ts'
import { VIRTUAL_DIRECTORY } from './virtual.ts'

/** Carries out requests that name paths: finds where, asks whether, and passes them on. */
export class PathRequests {
  readonly #door: DoorContext
  readonly #openings: Openings

  constructor(door: DoorContext) {
    this.#door = door
    this.#openings = new Openings(door)
  }

  /** The mount whose order this request has to keep; undefined: none. */
  mountOf({ paths: [first = ''] }: PathRequest): Mount | undefined {
    const place = this.#door.view.find(first)
    return place.kind === 'asset' ? place.mount : undefined
  }

  /** Answers sooner or later. Resolves when what follows may be sent. Never rejects. */
  async run(request: PathRequest): Promise<void> {
    const began = this.#door.clock.monotonic()
    try {
      const asked = await this.#find(request, began)
      if (asked) await this.#toAsset(asked)
    } catch (error) {
      this.#door.refuse(request.id, error)
    }
  }

  async #find(request: PathRequest, began: number): Promise<ToAsset | undefined> {
    try {
      return await this.#locate(request, began)
    } catch (error) {
      this.#recordRefusal({ request, mount: this.mountOf(request), paths: request.paths, began }, error)
      throw error
    }
  }

  /** Undefined when it is no asset's affair, and is answered. */
  async #locate(request: PathRequest, began: number): Promise<ToAsset | undefined> {
    const unsafe = request.paths.find(isUnsafe)
    if (unsafe !== undefined) throw badPath(unsafe)
    const { view } = this.#door
    if (!view.only && request.type === PACKET.realpath) return void this.#canonical(request)
    if (!view.only && request.paths[0] === '/' && request.type === PACKET.opendir) await view.refresh()
    const places = request.paths.map((path) => view.find(view.only ? path : normalised(path)))
    const [place, other = place] = places
    if (place?.kind !== 'asset' || other?.kind !== 'asset') return void this.#virtual(request, places)
    if (place.mount !== other.mount) throw twoAssets(request, place.mount, other.mount)
    const paths = places.flatMap((each) => (each.kind === 'asset' ? [each.path] : []))
    const isRoot = !view.only && paths.includes('/')
    if (isRoot && request.rule.operate !== undefined && request.type !== PACKET.setstat)
      throw treeIsFixed(request)
    if (isRoot && !place.mount.mounted && isStat(request.type)) return void this.#attributes(request)
    return { request, mount: place.mount, paths, began }
  }

  /** In the tree a path is canonical by its letters alone: no asset need be up for that. */
  #canonical({ id, paths: [path = ''] }: PathRequest): void {
    this.#door.reply(pathReply(id, wireOf(normalised(path))))
  }

  #attributes({ id }: PathRequest): void {
    this.#door.reply(packet(PACKET.attrs, id, encodeAttributes(VIRTUAL_DIRECTORY)))
  }

  #virtual(request: PathRequest, places: ReadonlyArray<ReturnType<DoorContext['view']['find']>>): void {
    const { id, type, rule } = request
    const [place] = places
    if (rule.operate !== undefined || type === PACKET.open) {
      const missing = places.every(({ kind }) => kind === 'missing')
      if (missing && type === PACKET.open)
        throw new SftpStatus(STATUS.noSuchFile, statusText(STATUS.noSuchFile))
      throw treeIsFixed(request)
    }
    if (place?.kind === 'missing') {
      this.#door.reply(status(id, STATUS.noSuchFile))
      return
    }
    if (isStat(type)) {
      this.#attributes(request)
      return
    }
    if (place?.kind === 'directory' && type === PACKET.opendir) {
      this.#door.handles.reserve()
      const handle = this.#door.handles.add({ kind: 'names', names: place.names, at: 0 })
      this.#door.reply(handleReply(id, handle))
      return
    }
    this.#door.reply(status(id, STATUS.unsupported))
  }

  /** Connects if need be, asks for the rights, looks where the paths lead, and only then sends. */
  async #toAsset(asked: ToAsset): Promise<void> {
    const { request, mount } = asked
    let mounted: Mounted | undefined
    try {
      mounted = await mount.open()
      mounted.session.touch()
      asked.paths = onAsset(asked, mounted)
      await demand(mounted, this.#rights(request), asked.paths[0] ?? '')
      // These only say where something is: that is looked at in its answer.
      const confined = isQuestion(request) ? [] : asked.paths
      const { follow } = request.rule
      for (const path of confined) await confine(path, mount, { mounted, follow })
      this.#send(asked, mounted)
    } catch (error) {
      this.#recordRefusal(asked, error, mounted)
      throw error
    }
  }

  #rights({ type, tail, rule }: PathRequest): readonly Action[] {
    return type === PACKET.open ? rightsToOpen(new Cursor(tail).u32()) : rule.need
  }

  #recordRefusal(
    { request, mount, paths, began }: Omit<ToAsset, 'mount'> & { readonly mount: Mount | undefined },
    error: unknown,
    mounted?: Mounted,
  ): void {
    const operate = request.type === PACKET.open ? openWord(request) : request.rule.operate
    const [path = '', to] = paths.map((each) => each.slice(0, MOST_PATH))
    if (operate === undefined) return
    const operation = { operate, path, to, success: false, reason: reasonOf(error), began }
    this.#door.record(mount?.target, operation, mounted)
  }

  #send(asked: ToAsset, mounted: Mounted): void {
    const { type } = asked.request
    if (type === PACKET.open || type === PACKET.opendir) this.#openings.send(asked, mounted)
    else if (type === PACKET.rmdir && this.#door.forceRemove) this.#removeTree(asked, mounted)
    else this.#door.send(mounted, packetFor(asked, mounted), (reply) => this.#done(asked, mounted, reply))
  }

  #done(asked: ToAsset, mounted: Mounted, reply: Buffer | undefined): void {
    const { request, mount, began } = asked
    const { operate } = request.rule
    const answer = reply && readStatus(reply)
    if (operate !== undefined) {
      const success = answer?.code === STATUS.ok
      const reason = success ? undefined : (answer?.text ?? 'the connection was lost')
      const [path = '', to] = asked.paths
      this.#door.record(mount.target, { operate, path, to, success, reason, began }, mounted)
    }
    if (isQuestion(request) && reply && !answer) this.#realpath(asked, mounted, reply)
    else this.#door.pass(request.id, reply)
  }

  /** A direct login begins in its home, or in the root where the home is outside of it. */
  #realpath({ request, mount, paths: [asked] }: ToAsset, mounted: Mounted, reply: Buffer): void {
    const cursor = new Cursor(reply, BODY)
    cursor.u32()
    const path = cursor.string().toString('latin1')
    if (mount.inTree(normalised(path), mounted) !== undefined) {
      this.#door.pass(request.id, reply)
      return
    }
    if (asked === '.') {
      this.#door.reply(pathReply(request.id, wireOf(mounted.root)))
      return
    }
    this.#door.refuse(request.id, outside(path, mount, mounted))
  }

  /** FORCE_REMOVE_FOLDER: each thing within is recorded. */
  #removeTree({ request, mount, began, paths: [path = ''] }: ToAsset, mounted: Mounted): void {
    const record = (operate: FileOperation, of: BytePath, reason?: string): void =>
      this.#door.record(
        mount.target,
        { operate, path: of, success: reason === undefined, reason, began },
        mounted,
      )
    mounted.client
      .removeTree(path, (inner) => record('Delete', inner))
      .then(
        () => {
          record('Rmdir', path)
          this.#door.reply(status(request.id, STATUS.ok))
        },
        (error: unknown) => {
          record('Rmdir', path, reasonOf(error))
          this.#door.refuse(request.id, error)
        },
      )
  }
}

const onAsset = ({ mount, paths }: ToAsset, mounted: Mounted): readonly BytePath[] =>
  paths.map((path) => mount.onAsset(path, mounted))

/** Is only where something is asked? */
const isQuestion = ({ type, head }: PathRequest): boolean =>
  type === PACKET.realpath || (type === PACKET.extended && head.includes(EXTENSION.expandPath))

const isStat = (type: number): boolean => type === PACKET.stat || type === PACKET.lstat

const openWord = ({ tail }: PathRequest): FileOperation => {
  const rights = rightsToOpen(new Cursor(tail).u32())
  return rights.includes('upload_file') ? 'Upload' : 'Download'
}
