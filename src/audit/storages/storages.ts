import { unreachable } from '../../base/unreachable.ts'
import type { CommandStorage, CoreSettings, ReplayStorage, SessionRecord } from '../../core/model.ts'
import type { Environment } from '../../core/proxy.ts'
import type { Log } from '../../log.ts'
import type { CommandStore, NumberedCommand, RefusedCommand } from './command-store.ts'
import type { ObjectStore } from './object-store.ts'
import { StorageHttp, type StorageHttpOptions, type StoredFile } from './storage-http.ts'
import { type Outside, storageName } from './storage-name.ts'
import { StorageState, type StorageStatus } from './storage-state.ts'

export interface StoragesOptions extends Omit<StorageHttpOptions, 'environment'> {
  /** As core says now. */
  readonly settings: () => CoreSettings
  readonly log: Log
  /** `process.env`: the proxies of HTTPS_PROXY and its like. */
  readonly environment?: Environment
}

interface Place {
  readonly name: string
  /** False while it rests after a failure. */
  readonly open: boolean
}

/** Where replays go, besides core. */
export interface ReplayPlace extends Place {
  /** Throws StorageError: to be tried again. */
  put(object: string, file: StoredFile, signal: AbortSignal): Promise<void>
}

/** Where commands go, besides core. */
export interface CommandPlace extends Place {
  /** What it will never take is returned. Safe to repeat. Throws StorageError: to be tried again. */
  save(
    session: SessionRecord,
    commands: readonly NumberedCommand[],
    signal: AbortSignal,
  ): Promise<readonly RefusedCommand[]>
}

/** Where records of one kind go now; neither core nor a place: nowhere. */
export interface Destinations<P> {
  readonly core: boolean
  readonly places: readonly P[]
}

const SERVER = [{ type: 'server' }] as const

/**
 * The storages core names, as it names them at the time of each question. What one needs is loaded when it is used for
 * the first time: a bastion that stores with core loads nothing of it.
 */
export class Storages implements Disposable {
  readonly #options: StoragesOptions
  readonly #states = new Map<string, StorageState>()
  /** By the objects of core's settings, which are made anew when they are read anew. */
  readonly #objectStores = new WeakMap<object, Promise<ObjectStore>>()
  readonly #commandStores = new WeakMap<object, Promise<CommandStore>>()
  readonly #http: StorageHttp
  #onBack = (): void => {}

  constructor(options: StoragesOptions) {
    this.#options = options
    this.#http = new StorageHttp({ environment: {}, ...options })
  }

  [Symbol.dispose](): void {
    this.#http[Symbol.dispose]()
  }

  /** `listener` is called when a storage that failed takes records again. */
  onBack(listener: () => void): void {
    this.#onBack = listener
  }

  get replays(): Destinations<ReplayPlace> {
    const { replayStorages = SERVER } = this.#options.settings()
    return destinations<ReplayStorage, ReplayPlace>(replayStorages, (storage) => this.#replayPlace(storage))
  }

  get commands(): Destinations<CommandPlace> {
    const { commandStorages = SERVER } = this.#options.settings()
    return destinations<CommandStorage, CommandPlace>(commandStorages, (storage) =>
      this.#commandPlace(storage),
    )
  }

  /** How those in use are. */
  get status(): readonly StorageStatus[] {
    const names = [...this.replays.places, ...this.commands.places].map(({ name }) => name)
    return [...new Set(names)].map((name) => this.#state(name).status)
  }

  #replayPlace(storage: Outside<ReplayStorage>): ReplayPlace {
    const name = storageName(storage)
    const state = this.#state(name)
    const put: ReplayPlace['put'] = (object, file, signal) =>
      state.use(async () => (await this.objectStore(storage)).put(object, file, signal), signal)
    return { name, open: state.open, put }
  }

  #commandPlace(storage: Outside<CommandStorage>): CommandPlace {
    const name = storageName(storage)
    const state = this.#state(name)
    const save: CommandPlace['save'] = (session, commands, signal) =>
      state.use(async () => (await this.commandStore(storage)).save(session, commands, signal), signal)
    return { name, open: state.open, save }
  }

  #state(name: string): StorageState {
    const known = this.#states.get(name)
    if (known) return known
    const { clock, log } = this.#options
    const state = new StorageState({ name, clock, log, onBack: () => this.#onBack() })
    this.#states.set(name, state)
    return state
  }

  /** The storage itself, whether it rests or not. */
  objectStore(storage: Outside<ReplayStorage>): Promise<ObjectStore> {
    const store = this.#objectStores.get(storage) ?? this.#openObjectStore(storage)
    this.#objectStores.set(storage, store)
    return store
  }

  /** The storage itself, whether it rests or not. */
  commandStore(storage: Outside<CommandStorage>): Promise<CommandStore> {
    const store = this.#commandStores.get(storage) ?? this.#openCommandStore(storage)
    this.#commandStores.set(storage, store)
    return store
  }

  async #openCommandStore(storage: Outside<CommandStorage>): Promise<CommandStore> {
    const { ElasticStore } = await import('./elastic-store.ts')
    return new ElasticStore(storage, this.#parts(storage))
  }

  async #openObjectStore(storage: Outside<ReplayStorage>): Promise<ObjectStore> {
    switch (storage.type) {
      case 's3': {
        const { S3Store } = await import('./s3-store.ts')
        return new S3Store(storage, this.#parts(storage))
      }
      case 'oss': {
        const { OssStore } = await import('./oss-store.ts')
        return new OssStore(storage, this.#parts(storage))
      }
      case 'azure': {
        const { AzureStore } = await import('./azure-store.ts')
        return new AzureStore(storage, this.#parts(storage))
      }
      default:
        return unreachable(storage)
    }
  }

  #parts(storage: Outside<ReplayStorage | CommandStorage>) {
    return { name: storageName(storage), http: this.#http, clock: this.#options.clock }
  }
}

function destinations<S extends { readonly type: string }, P>(
  storages: readonly S[],
  placeOf: (storage: Outside<S>) => P,
): Destinations<P> {
  const outside = storages.filter(
    (each): each is Outside<S> => each.type !== 'server' && each.type !== 'null',
  )
  return { core: storages.some(({ type }) => type === 'server'), places: outside.map(placeOf) }
}
