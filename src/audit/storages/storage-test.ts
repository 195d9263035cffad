import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { CommandStorage, ReplayStorage } from '../../core/model.ts'
import { type Outside, storageName } from './storage-name.ts'
import type { Storages, StoragesOptions } from './storages.ts'

/** What a test of one storage came to. */
export interface StorageTest {
  readonly kind: 'replays' | 'commands'
  readonly name: string
  /** Undefined: it stores. Mostly a StorageError, with cause and next action. */
  readonly error: unknown
}

/**
 * Really stores something in each storage that core names now besides itself, and removes it again: a small file, a
 * small document. All are asked at once. Never rejects.
 */
export async function testStorages(
  storages: Pick<Storages, 'objectStore' | 'commandStore'>,
  settings: ReturnType<StoragesOptions['settings']>,
  signal: AbortSignal,
): Promise<readonly StorageTest[]> {
  const { replayStorages = [], commandStorages = [] } = settings
  const replays = outside<ReplayStorage>(replayStorages).map((storage) =>
    tested('replays', storageName(storage), async () => storeFile(storages, storage, signal)),
  )
  const commands = outside<CommandStorage>(commandStorages).map((storage) =>
    tested('commands', storageName(storage), async () => {
      const store = await storages.commandStore(storage)
      await store.probe(`cocod-test-${randomUUID()}`, signal)
    }),
  )
  return await Promise.all([...replays, ...commands])
}

/** No object of a session is called like this. */
async function storeFile(
  storages: Pick<Storages, 'objectStore'>,
  storage: Outside<ReplayStorage>,
  signal: AbortSignal,
): Promise<void> {
  const store = await storages.objectStore(storage)
  const directory = await mkdtemp(join(tmpdir(), 'cocod-storage-'))
  try {
    const content = gzipSync('{"0":""}')
    const path = join(directory, 'test')
    await writeFile(path, content, { mode: 0o600 })
    const object = `cocod-test/${randomUUID()}.gz`
    await store.put(object, { path, bytes: content.length }, signal)
    await store.remove(object, signal)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function tested(
  kind: StorageTest['kind'],
  name: string,
  act: () => Promise<void>,
): Promise<StorageTest> {
  try {
    await act()
    return { kind, name, error: undefined }
  } catch (error) {
    return { kind, name, error }
  }
}

const outside = <S extends { readonly type: string }>(all: readonly S[]): Array<Outside<S>> =>
  all.filter((each): each is Outside<S> => each.type !== 'server' && each.type !== 'null')
